// SPDX-License-Identifier: Apache-2.0
// What hosts answer: Add Dynamic Capacity Response and Release Dynamic Capacity.
#include <algorithm>

#include "models/capacity/dynamic_capacity.h"

namespace cxlpool::capacity {

Refusal DynamicCapacity::check_answer(HostId host, const std::vector<DpaRange>& accepted,
                                      bool more) const {
  const Offers& offers = at(host).offers;
  const std::size_t after = extents_of(host) + accepted.size();
  // Even if nothing of the oldest group were left.
  if (after - offers.oldest_extents() > config_.extents) return Refusal::extents_exhausted;
  const Refusal malformed = check_entries(config_.regions, accepted);
  if (malformed != Refusal::none) return malformed;
  for (const DpaRange& range : accepted) {
    const Extent* offered = offers.in_oldest(range.base);
    if (offered == nullptr || !offered->range().contains(range)) return Refusal::not_offered;
    if (config_.backends != nullptr && !(offered->range() == range)) {
      return Refusal::part_of_a_backend;
    }
  }
  if (more && after - offers.would_complete(accepted) > config_.extents) {
    return Refusal::extents_exhausted;
  }
  return Refusal::none;
}

Refusal DynamicCapacity::respond(HostId host, const std::vector<DpaRange>& accepted, bool more) {
  if (!known(host)) return Refusal::unknown_host;
  if (!accepted.empty()) {
    const Refusal refusal = check_answer(host, accepted, more);
    if (refusal != Refusal::none) return refusal;
  }
  const bool closes = !more && !at(host).offers.empty();
  std::vector<Extent> taken;
  for (const DpaRange& range : accepted) {
    accept(host, range);
    taken.push_back(*at(host).accepted.at(range.base));
  }
  if (!taken.empty()) ++at(host).generation;
  if (closes) close_oldest(host);
  for (const DpaRange& range : accepted) listener_.access_began(host, range);
  if (taken.empty() && closes) taken.emplace_back();
  tell(EventType::add_response, host, taken, more);
  return Refusal::none;
}

void DynamicCapacity::accept(HostId host, const DpaRange& range) {
  Host& state = at(host);
  const Extent extent = clip(*state.offers.in_oldest(range.base), range);
  state.offers.take(range);
  state.accepted.insert(extent);
  allocations_.tags().less(extent.tag, host, Standing::offered, extent.length);
  allocations_.tags().more(extent.tag, host, Standing::accepted, extent.length);
  if (config_.backends != nullptr) {
    config_.backends->set_state(extent.tag, Backend::State::mapped);
    listener_.mapped(*config_.backends->find(extent.tag), range);
  }
  access_[index(host)].set(region_at(range.base), range, true);
}

void DynamicCapacity::close_oldest(HostId host) {
  for (const Extent& extent : at(host).offers.close_oldest()) {
    allocations_.tags().less(extent.tag, host, Standing::offered, extent.length);
    allocations_.drop(extent.range(), host, false);
  }
}

Refusal DynamicCapacity::check_release(HostId host, const std::vector<DpaRange>& released) const {
  const Refusal malformed = check_entries(config_.regions, released);
  if (malformed != Refusal::none) return malformed;
  const ExtentList& accepted = at(host).accepted;
  for (const DpaRange& range : released) {
    if (total_length(accepted.within(range)) != range.length) return Refusal::not_accepted;
  }
  return check_cuts(host, released);
}

Refusal DynamicCapacity::release(HostId host, const std::vector<DpaRange>& released) {
  if (!known(host)) return Refusal::unknown_host;
  if (released.empty()) return Refusal::nothing_requested;
  Refusal refusal = check_release(host, released);
  if (refusal == Refusal::none) refusal = check_whole(host, released);
  if (refusal != Refusal::none) return refusal;
  for (const DpaRange& range : released) listener_.access_ending(host, range);
  std::vector<Extent> gone;
  for (const DpaRange& range : released) {
    for (const Extent& part : give_up(host, range, false)) gone.push_back(part);
  }
  ++at(host).generation;
  tell(EventType::released, host, gone);
  return Refusal::none;
}

/// Whether the list would ever be too long while the ranges are cut out of it one after the other.
Refusal DynamicCapacity::check_cuts(HostId host, const std::vector<DpaRange>& ranges) const {
  ExtentList touched;
  for (const DpaRange& range : ranges) {
    for (const Extent& extent : at(host).accepted.touching(range)) touched.insert(extent);
  }
  const std::size_t others = extents_of(host) - touched.size();
  for (const DpaRange& range : ranges) {
    touched.cut(range);
    if (others + touched.size() > config_.extents) return Refusal::extents_exhausted;
  }
  return Refusal::none;
}

}  // namespace cxlpool::capacity
