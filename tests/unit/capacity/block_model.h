// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "models/capacity/dynamic_capacity.h"

namespace cxlpool::capacity::test {

/// What dynamic capacity must do, worked out block by block over arrays, with no extents, no maps
/// of ranges and no sharing of logic with the model. Slow, and meant to be obviously right.
class BlockModel {
 public:
  explicit BlockModel(const DynamicCapacity::Config& config);

  Refusal add(const AddRequest& request);
  Refusal respond(HostId host, const std::vector<DpaRange>& accepted, bool more);
  Refusal release(HostId host, const std::vector<DpaRange>& released);
  Refusal request_release(const ReleaseRequest& request);
  Refusal configure_region(std::size_t region, std::uint64_t block, bool sanitize);
  Refusal add_reference(const Tag& tag);
  Refusal remove_reference(const Tag& tag);
  Refusal lose_host(HostId host);

  std::vector<Extent> accepted(unsigned host) const;
  std::vector<std::vector<Extent>> pending(unsigned host) const;
  std::uint32_t generation(unsigned host) const { return generation_[host]; }
  std::size_t extents(unsigned host) const;
  std::vector<TagRecord> tags() const;
  DynamicCapacity::TagStatus tag_status(unsigned host, const Tag& tag) const;
  Fragmentation fragmentation(std::size_t region) const;
  HostSet holders(std::size_t block) const;
  bool held(std::size_t block) const { return blocks_[block].held; }
  bool accessible(unsigned host, std::size_t block) const {
    return blocks_[block].of[host].accepted != 0;
  }
  std::size_t blocks() const { return blocks_.size(); }
  std::uint64_t dpa(std::size_t block) const;

  /// What the last operation told: type, host, MORE, extent; and the blocks that it sanitized.
  std::vector<CapacityEvent> host_events, manager_events;
  std::set<std::size_t> discarded;

  void forget_events() {
    host_events.clear();
    manager_events.clear();
    discarded.clear();
  }

 private:
  struct Standing {
    std::uint64_t offer = 0;     ///< serial number of the offered extent; 0 none
    std::uint64_t accepted = 0;  ///< serial number of the accepted entry; 0 none
    bool asked = false, asked_sanitize = false;
  };
  struct Block {
    bool held = false, sanitize = false;
    Tag tag;
    std::uint16_t sequence = 0;
    std::uint64_t origin = 0;
    std::array<Standing, 3> of;
  };
  struct Group {
    std::set<std::uint64_t> offers;
    bool answering = false;
  };
  using Blocks = std::vector<std::size_t>;

  Blocks blocks_of(const DpaRange& range) const;  ///< that begin in it
  Refusal check(const std::vector<DpaRange>& entries) const;
  std::size_t region_of_block(std::size_t block) const { return block / region_blocks_; }
  template <typename Serial>
  std::vector<Extent> runs(Serial&& serial) const;
  static std::size_t count_accepted(const std::vector<Block>& blocks, unsigned host,
                                    std::size_t region_blocks);
  std::size_t count_offers(unsigned host) const;
  Refusal check_cuts(unsigned host, const std::vector<DpaRange>& ranges) const;
  std::set<Tag> known_tags() const;
  Refusal room(unsigned host, const std::vector<Extent>& extents) const;
  void offer(unsigned host, const std::vector<Extent>& extents, bool fresh);
  void let_go(std::size_t block);
  void drop_accepted(unsigned host, std::size_t block, bool sanitize);
  void drop_offered(unsigned host, std::size_t block, bool sanitize);
  void close_emptied(unsigned host);
  bool waiting(unsigned host, std::uint64_t offer) const;
  std::vector<Extent> parts(unsigned host, const DpaRange& range, bool offered) const;
  void tell(EventType type, unsigned host, const std::vector<Extent>& extents, bool more = false);

  DynamicCapacity::Config config_;
  std::size_t region_blocks_;
  std::uint64_t block_bytes_;
  std::vector<Block> blocks_;
  std::set<Tag> referenced_;
  std::map<Tag, unsigned> next_sequence_;
  std::array<std::vector<Group>, 3> groups_;
  std::array<std::uint32_t, 3> generation_{};
  std::uint64_t next_serial_ = 1;
};

/// Runs of blocks of one region with the same serial number other than 0.
template <typename Serial>
std::vector<Extent> BlockModel::runs(Serial&& serial) const {
  std::vector<Extent> list;
  std::uint64_t previous = 0;
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    const std::uint64_t number = serial(blocks_[block]);
    if (block % region_blocks_ == 0) previous = 0;
    if (number != 0 && number == previous) {
      list.back().length += block_bytes_;
    } else if (number != 0) {
      list.push_back({dpa(block), block_bytes_, blocks_[block].tag, blocks_[block].sequence});
    }
    previous = number;
  }
  return list;
}

}  // namespace cxlpool::capacity::test
