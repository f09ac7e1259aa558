// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/capacity/access_map.h"
#include "models/capacity/allocations.h"
#include "models/capacity/backends.h"
#include "models/capacity/extent_list.h"
#include "models/capacity/listener.h"
#include "models/capacity/offers.h"
#include "models/capacity/refusal.h"
#include "models/capacity/region.h"
#include "models/capacity/release_marks.h"
#include "models/capacity/request.h"

namespace cxlpool::capacity {

/// Dynamic capacity of a device: its regions, and which of their blocks are free, offered, or
/// accessible to which host. Owns the extent lists of all hosts, their open offers, the tags, and
/// the one index of who holds what. Commands, mailboxes and event logs are its callers' business:
/// they decode, call, and map the refusal to a return code; a Listener is told what happens.
///
/// A request that is refused changes nothing and tells the listener nothing. Ranges are DPA, and
/// any value is survived.
class DynamicCapacity {
 public:
  struct Config {
    std::vector<Region> regions;  ///< good ones: see check_regions()
    std::size_t hosts = 1;        ///< 1 to max_hosts, ids from 0
    std::size_t extents = 512;    ///< for each host, offers and accepted extents together
    std::size_t tags = 512;       ///< different ones, all hosts together
    /// nullptr: the device has media of its own. Else its capacity comes from backends alone, one
    /// whole backend an extent.
    Backends* backends = nullptr;
  };

  /// Throws std::invalid_argument with the first thing that is wrong with the configuration. The
  /// listener, which may be nullptr, must outlive this.
  explicit DynamicCapacity(const Config& config, Listener* listener = nullptr);
  DynamicCapacity(const DynamicCapacity&) = delete;
  DynamicCapacity& operator=(const DynamicCapacity&) = delete;

  // -- the fabric manager

  /// 5604h. Makes one group of offers, and an add event for each extent.
  Refusal add(const AddRequest& request);
  /// 5605h. Unforced, an event for each entry and no change until the host answers. Forced, the
  /// capacity is gone, offered or accepted, on return.
  Refusal request_release(const ReleaseRequest& request);
  /// 5602h. A changed block size or sanitize bit tells every host.
  Refusal configure_region(std::size_t region, std::uint64_t block, bool sanitize);
  /// 5606h: capacity under the tag stays allocated when the last host releases it.
  Refusal add_reference(const Tag& tag);
  /// 5607h: frees what only the reference kept. No effect where there is none.
  Refusal remove_reference(const Tag& tag);
  /// The head dies, is power-cycled or starts anew: offers and extents of the host go.
  Refusal lose_host(HostId host);

  // -- the host

  /// 4802h, for the oldest group. With `more` the group stays open; without, what was not named is
  /// refused.
  Refusal respond(HostId host, const std::vector<DpaRange>& accepted, bool more = false);
  /// 4803h. The command's MORE flag makes no difference: each message stands on its own.
  Refusal release(HostId host, const std::vector<DpaRange>& released);

  // -- the data path

  /// Whether a host may access a byte, or every byte of a range. False for an unknown host.
  bool accessible(HostId host, std::uint64_t dpa) const {
    return known(host) && access_[index(host)].accessible(dpa);
  }
  bool accessible(HostId host, const DpaRange& range) const {
    return known(host) && access_[index(host)].accessible(range);
  }
  /// The accepted extent around a byte: as far as direct memory may reach.
  std::optional<Extent> extent_at(HostId host, std::uint64_t dpa) const;
  /// Whether a write must fail although the range is accessible: some of it is read-only.
  bool read_only(const DpaRange& range) const;

  // -- what there is

  const std::vector<Region>& regions() const { return config_.regions; }
  std::size_t hosts() const { return config_.hosts; }
  bool known(HostId host) const { return index(host) < access_.size(); }

  /// Extents of a host, by DPA, from the `first`-th on. An unknown host has none of anything.
  std::vector<Extent> accepted(HostId host, std::size_t first = 0, std::size_t most = -1) const;
  std::size_t accepted_count(HostId host) const;
  /// Of the extent list: +1 for every successful command that changes it.
  std::uint32_t generation(HostId host) const;
  /// What is still offered, group by group, the oldest first.
  std::vector<std::vector<Extent>> pending(HostId host) const;

  std::uint32_t extents_supported() const { return static_cast<std::uint32_t>(config_.extents); }
  std::uint32_t extents_available(HostId host) const;
  std::uint32_t tags_supported() const { return static_cast<std::uint32_t>(config_.tags); }
  std::uint32_t tags_available() const;

  /// 5608h.
  std::vector<TagRecord> tags() const { return allocations_.tags().records(); }
  std::uint32_t tags_generation() const { return allocations_.tags().generation(); }

  /// How a tag stands with a host. Of several extents the furthest counts, in this order.
  enum class TagStatus : std::uint8_t { not_found, pending, accepted, release_requested };
  TagStatus tag_status(HostId host, const Tag& tag) const;

  Fragmentation fragmentation(std::size_t region) const;
  /// Everything that is not free, by DPA.
  std::vector<Allocation> allocations() const { return allocations_.all(); }

 private:
  struct Host {
    ExtentList accepted;
    Offers offers;
    ReleaseMarks marks;
    std::uint32_t generation = 0;
  };
  using Standing = TagDirectory::Standing;

  static std::size_t index(HostId host) { return static_cast<std::size_t>(host); }
  Host& at(HostId host) { return hosts_[index(host)]; }
  const Host& at(HostId host) const { return hosts_[index(host)]; }
  /// Offers and accepted extents.
  std::size_t extents_of(HostId host) const;
  std::size_t region_at(std::uint64_t dpa) const;

  // add.cpp
  Refusal add_listed(const AddRequest& request);
  Refusal add_picked(const AddRequest& request);
  Refusal add_shared(const AddRequest& request);
  Refusal check_backend(const std::vector<Extent>& extents) const;
  Refusal check_room(HostId host, const std::vector<Extent>& extents) const;
  void offer(HostId host, const std::vector<Extent>& extents);

  // answer.cpp
  Refusal check_answer(HostId host, const std::vector<DpaRange>& accepted, bool more) const;
  Refusal check_release(HostId host, const std::vector<DpaRange>& released) const;
  Refusal check_cuts(HostId host, const std::vector<DpaRange>& ranges) const;
  void accept(HostId host, const DpaRange& range);
  void close_oldest(HostId host);

  // release_request.cpp
  Refusal choose_by_tag(const ReleaseRequest& request, std::vector<Extent>& entries) const;
  Refusal check_listed(const ReleaseRequest& request) const;
  Refusal check_whole(HostId host, const std::vector<DpaRange>& entries) const;
  Extent labelled(const ReleaseRequest& request, const Extent& entry) const;
  void force(HostId host, const std::vector<Extent>& entries, bool sanitize);

  /// Takes accepted capacity from a host; the listener has been told that access ends.
  std::vector<Extent> give_up(HostId host, const DpaRange& range, bool sanitize);
  /// Takes offered capacity back; gaps in the range are left alone.
  std::vector<Extent> withdraw(HostId host, const DpaRange& range, bool sanitize);
  void freed(const Allocation& allocation);

  CapacityEvent event(EventType type, HostId host) const;
  /// A record for each extent, MORE in all but the last.
  void tell(EventType type, HostId host, const std::vector<Extent>& extents, bool more = false);

  Config config_;
  Listener nobody_;
  Listener& listener_;
  Allocations allocations_;
  std::vector<AccessMap> access_;  ///< apart from the rest, for the data path
  std::vector<Host> hosts_;
};

/// Name of a status as management interfaces spell it, e.g. "release-requested".
const char* name(DynamicCapacity::TagStatus status);

}  // namespace cxlpool::capacity
