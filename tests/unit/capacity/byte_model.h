// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "models/capacity/region.h"
#include "models/capacity/request.h"

namespace cxlpool::capacity::test {

/// What dynamic capacity must do for hosts that read and write it, worked out over arrays with an
/// element for each byte: whose it is, and what it holds. It knows no extents, blocks only where
/// requests must be whole ones, and shares no logic with the model or with BlockModel. A request
/// returns whether it must be granted, and changes something only then. Tags are those of tag_of().
/// Limits on extents and tags are beyond what its regions have blocks for.
class ByteModel {
 public:
  static constexpr std::size_t hosts = 4;
  using Flags = std::vector<std::uint8_t>;

  explicit ByteModel(std::vector<Region> regions);

  bool add(const AddRequest& request);
  bool respond(HostId host, const std::vector<DpaRange>& accepted, bool more);
  bool release(HostId host, const std::vector<DpaRange>& released);
  bool request_release(const ReleaseRequest& request);
  bool configure_region(std::size_t region, std::uint64_t block, bool sanitize);
  bool add_reference(const Tag& tag);
  bool remove_reference(const Tag& tag);
  bool lose_host(HostId host);
  /// Every host loses what it has, and the memory what it holds.
  void power_cycle();

  /// Data of a read: all ones unless the host may read every byte.
  std::vector<std::uint8_t> read(HostId host, const DpaRange& range) const;
  void write(HostId host, const DpaRange& range, std::uint8_t value);
  bool may_access(HostId host, const DpaRange& range) const;

  std::size_t size() const { return bytes_.size(); }
  std::uint64_t dpa(std::size_t byte) const;
  std::optional<std::size_t> find(std::uint64_t dpa) const;
  const std::vector<std::uint8_t>& values() const { return values_; }
  /// 1 for the bytes that the host has accepted.
  const Flags& accepted(unsigned host) const { return accepted_[host]; }
  bool offered(unsigned host, std::size_t byte) const { return bytes_[byte].offer[host] != 0; }
  /// Of the oldest group, whose answer is due.
  bool offered_first(unsigned host, std::size_t byte) const;
  bool allocated(std::size_t byte) const { return bytes_[byte].allocated; }
  bool sharable(std::size_t byte) const { return regions_[bytes_[byte].region].sharable; }
  bool tagged(std::size_t byte) const { return bytes_[byte].tag != 0; }
  std::uint64_t block_at(std::size_t byte) const { return regions_[bytes_[byte].region].block; }

 private:
  struct Byte {
    std::array<std::uint32_t, hosts> offer{};  ///< number of the offered extent; 0 none
    std::array<bool, hosts> asked_sanitize{};  ///< with the request to release it
    std::uint32_t origin = 0;                  ///< number of the extent as which it was allocated
    std::uint8_t region = 0;
    std::uint8_t tag = 0;
    bool allocated = false;
    bool sanitize = false;  ///< when it becomes free
  };
  struct Group {
    std::uint32_t first = 0, last = 0;  ///< numbers of its offered extents
    bool answering = false;
    bool holds(std::uint32_t offer) const { return offer >= first && offer <= last; }
  };
  using Indexes = std::vector<std::size_t>;

  static unsigned number(HostId host) { return static_cast<unsigned>(host); }
  static std::uint8_t number(const Tag& tag) { return tag.bytes[15]; }

  /// All the bytes of a range; none if they are not all in one region.
  Indexes bytes_of(const DpaRange& range) const;
  /// The bytes of a list of whole blocks, none twice; nullopt for any other list.
  std::optional<std::vector<Indexes>> whole_blocks(const std::vector<DpaRange>& list) const;
  std::optional<Indexes> choose(const AddRequest& request) const;
  std::optional<Indexes> choose_shared(unsigned host, std::uint8_t tag) const;
  std::optional<Indexes> choose_by_tag(const ReleaseRequest& request) const;
  bool known(std::uint8_t tag) const;
  bool held(std::size_t byte) const;
  void allocate(std::size_t byte, std::uint8_t tag, std::uint32_t origin);
  void free_if_left(std::size_t byte);
  void take_accepted(unsigned host, std::size_t byte, bool sanitize);
  void take_offered(unsigned host, std::size_t byte, bool sanitize);
  bool waits(unsigned host, const Group& group) const;

  std::vector<Region> regions_;
  std::vector<Byte> bytes_;
  std::vector<std::uint8_t> values_;
  std::array<Flags, hosts> accepted_;
  std::array<std::deque<Group>, hosts> groups_;
  std::set<std::uint8_t> referenced_;
  std::uint32_t next_ = 1;
};

}  // namespace cxlpool::capacity::test
