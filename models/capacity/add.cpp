// SPDX-License-Identifier: Apache-2.0
// Initiate Dynamic Capacity Add: what the fabric manager names, or the device picks, becomes a
// group of offers.
#include <algorithm>
#include <limits>
#include <set>

#include "models/capacity/dynamic_capacity.h"

namespace cxlpool::capacity {

Refusal DynamicCapacity::add(const AddRequest& request) {
  if (!known(request.host)) return Refusal::unknown_host;
  if (config_.backends != nullptr && request.selection != Selection::prescriptive) {
    return Refusal::not_prescriptive;
  }
  switch (request.selection) {
    case Selection::free:
    case Selection::contiguous:
      return add_picked(request);
    case Selection::prescriptive:
      return add_listed(request);
    case Selection::enable_shared_access:
      return add_shared(request);
  }
  return Refusal::unknown_policy;
}

Refusal DynamicCapacity::check_room(HostId host, const std::vector<Extent>& extents) const {
  if (extents.size() > config_.extents - extents_of(host)) return Refusal::extents_exhausted;
  std::set<Tag> fresh;
  for (const Extent& extent : extents) {
    if (!extent.tag.is_null() && !allocations_.tags().known(extent.tag)) fresh.insert(extent.tag);
  }
  return fresh.size() > tags_available() ? Refusal::tags_exhausted : Refusal::none;
}

Refusal DynamicCapacity::check_backend(const std::vector<Extent>& extents) const {
  if (extents.size() != 1) return Refusal::several_extents;
  const Backend* backend = config_.backends->find(extents[0].tag);
  if (backend == nullptr) return Refusal::unknown_backend;
  if (backend->state != Backend::State::unused) return Refusal::backend_in_use;
  return backend->size != extents[0].length ? Refusal::not_the_backend : Refusal::none;
}

Refusal DynamicCapacity::add_listed(const AddRequest& request) {
  const std::vector<Extent>& extents = request.extents;
  if (extents.empty()) return Refusal::nothing_requested;
  const Refusal room = check_room(request.host, extents);
  if (room != Refusal::none) return room;
  const bool overlaps = std::any_of(extents.begin(), extents.end(), [&](const Extent& extent) {
    return allocations_.overlaps(extent.range());
  });
  if (overlaps) return Refusal::in_use;
  const Refusal malformed = check_entries(config_.regions, ranges_of(extents));
  if (malformed != Refusal::none) return malformed;
  if (config_.backends != nullptr) {
    const Refusal backend = check_backend(extents);
    if (backend != Refusal::none) return backend;
    config_.backends->set_state(extents[0].tag, Backend::State::offered);
  }
  for (const Extent& extent : extents) allocations_.allocate(extent, request.host);
  offer(request.host, extents);
  return Refusal::none;
}

Refusal DynamicCapacity::add_picked(const AddRequest& request) {
  if (request.region >= config_.regions.size()) return Refusal::unknown_region;
  const Region& region = config_.regions[request.region];
  if (request.length == 0 || request.length % region.block != 0) return Refusal::bad_length;
  const FreeSpace& space = allocations_.free_space(request.region);
  if (request.length > space.free_bytes()) return Refusal::capacity_exhausted;

  std::vector<DpaRange> ranges;
  if (request.selection == Selection::contiguous) {
    const std::optional<DpaRange> range = space.pick_contiguous(request.length);
    if (!range) return Refusal::capacity_exhausted;
    ranges.push_back(*range);
  } else {
    ranges = space.pick(request.length, extents_available(request.host));
    if (ranges.empty()) return Refusal::extents_exhausted;
  }
  std::vector<Extent> extents;
  extents.reserve(ranges.size());
  for (const DpaRange& range : ranges) {
    extents.push_back({range.base, range.length, request.tag, 0});
  }
  const Refusal room = check_room(request.host, extents);
  if (room != Refusal::none) return room;
  if (region.sharable && !request.tag.is_null()) {
    const std::uint64_t first = allocations_.tags().next_sequence(request.tag);
    if (first + extents.size() > std::numeric_limits<std::uint16_t>::max() + 1ull) {
      return Refusal::extents_exhausted;
    }
    for (std::size_t i = 0; i < extents.size(); ++i) {
      extents[i].sequence = static_cast<std::uint16_t>(first + i);
    }
  }
  for (const Extent& extent : extents) allocations_.allocate(extent, request.host);
  offer(request.host, extents);
  return Refusal::none;
}

Refusal DynamicCapacity::add_shared(const AddRequest& request) {
  if (request.tag.is_null()) return Refusal::missing_tag;
  if (!allocations_.tags().known(request.tag)) return Refusal::unknown_tag;
  std::vector<Extent> extents;
  std::uint64_t origin = 0;
  for (const Allocation& allocation : allocations_.under(request.tag)) {
    const Extent& extent = allocation.extent;
    if (!config_.regions[region_at(extent.dpa)].sharable) return Refusal::not_sharable;
    if (allocation.hosts.test(index(request.host))) continue;
    const bool continues = !extents.empty() && extents.back().range().end() == extent.dpa &&
                           origin == allocation.origin &&
                           extents.back().sequence == extent.sequence;
    if (continues) {
      extents.back().length += extent.length;
    } else {
      extents.push_back(extent);
    }
    origin = allocation.origin;
  }
  if (extents.empty()) return Refusal::already_held;
  const Refusal room = check_room(request.host, extents);
  if (room != Refusal::none) return room;
  for (const Extent& extent : extents) allocations_.share(extent.range(), request.host);
  offer(request.host, extents);
  return Refusal::none;
}

void DynamicCapacity::offer(HostId host, const std::vector<Extent>& extents) {
  for (const Extent& extent : extents) {
    allocations_.tags().more(extent.tag, host, Standing::offered, extent.length);
  }
  at(host).offers.open(extents);
  tell(EventType::add, host, extents);
}

}  // namespace cxlpool::capacity
