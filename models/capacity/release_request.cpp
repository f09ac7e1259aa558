// SPDX-License-Identifier: Apache-2.0
// Initiate Dynamic Capacity Release: hosts are asked, or forced.
#include <algorithm>

#include "models/capacity/dynamic_capacity.h"

namespace cxlpool::capacity {

Refusal DynamicCapacity::request_release(const ReleaseRequest& request) {
  if (!known(request.host)) return Refusal::unknown_host;
  std::vector<Extent> entries;
  Refusal refusal = Refusal::unknown_policy;
  if (request.removal == Removal::tag_based) {
    refusal = choose_by_tag(request, entries);
  } else if (request.removal == Removal::prescriptive) {
    refusal = check_listed(request);
    entries = request.extents;
  }
  if (refusal != Refusal::none) return refusal;
  const std::vector<DpaRange> ranges = ranges_of(entries);
  refusal = check_whole(request.host, ranges);
  if (refusal == Refusal::none) refusal = check_cuts(request.host, ranges);
  if (refusal != Refusal::none) return refusal;

  for (Extent& entry : entries) entry = labelled(request, entry);
  if (request.forced) {
    force(request.host, entries, request.sanitize);
  } else {
    for (const DpaRange& range : ranges) at(request.host).marks.add(range, request.sanitize);
    tell(EventType::release, request.host, entries);
  }
  return Refusal::none;
}

Refusal DynamicCapacity::choose_by_tag(const ReleaseRequest& request,
                                       std::vector<Extent>& entries) const {
  if (request.tag.is_null()) return Refusal::missing_tag;
  const TagDirectory& tags = allocations_.tags();
  const std::uint64_t accepted = tags.bytes(request.tag, request.host, Standing::accepted);
  const std::uint64_t offered = tags.bytes(request.tag, request.host, Standing::offered);
  if (accepted + offered == 0) return Refusal::unknown_tag;
  if (accepted == 0 && !request.forced) return Refusal::still_pending;
  const std::uint64_t held = accepted + (request.forced ? offered : 0);
  std::uint64_t wanted = request.length.value_or(held);
  if (wanted == 0) return Refusal::bad_length;
  if (wanted > held) return Refusal::tag_exhausted;

  const Host& host = at(request.host);
  std::uint64_t done = 0;  // no extent below this DPA is still to be looked at
  for (const std::uint64_t base : tags.bases(request.tag)) {
    if (wanted == 0) break;
    const DpaRange here = allocations_.at(base)->extent.range();
    std::vector<Extent> found = host.accepted.touching(here);
    if (request.forced) {
      const std::vector<Extent> waiting = host.offers.touching(here);
      found.insert(found.end(), waiting.begin(), waiting.end());
      std::sort(found.begin(), found.end(),
                [](const Extent& a, const Extent& b) { return a.dpa < b.dpa; });
    }
    for (Extent extent : found) {
      if (wanted == 0 || extent.dpa < done) continue;
      done = extent.range().end();
      extent.length = std::min(extent.length, wanted);
      if (extent.length % config_.regions[region_at(extent.dpa)].block != 0)
        return Refusal::bad_length;
      wanted -= extent.length;
      entries.push_back(extent);
    }
  }
  return Refusal::none;
}

Refusal DynamicCapacity::check_listed(const ReleaseRequest& request) const {
  const std::vector<DpaRange> ranges = ranges_of(request.extents);
  if (ranges.empty()) return Refusal::nothing_requested;
  const Refusal malformed = check_entries(config_.regions, ranges);
  if (malformed != Refusal::none) return malformed;
  const Host& host = at(request.host);
  for (const DpaRange& range : ranges) {
    const std::uint64_t offered = total_length(host.offers.within(range));
    if (offered != 0 && !request.forced) return Refusal::still_pending;
    if (offered + total_length(host.accepted.within(range)) != range.length) {
      return Refusal::not_accepted;
    }
  }
  return Refusal::none;
}

/// Backends come and go as a whole.
Refusal DynamicCapacity::check_whole(HostId host, const std::vector<DpaRange>& ranges) const {
  if (config_.backends == nullptr) return Refusal::none;
  for (const DpaRange& range : ranges) {
    std::vector<Extent> extents = at(host).accepted.touching(range);
    const std::vector<Extent> waiting = at(host).offers.touching(range);
    extents.insert(extents.end(), waiting.begin(), waiting.end());
    if (extents.size() != 1 || !(extents[0].range() == range)) return Refusal::part_of_a_backend;
  }
  return Refusal::none;
}

Extent DynamicCapacity::labelled(const ReleaseRequest& request, const Extent& entry) const {
  Extent record = entry;
  if (!entry.tag.is_null()) return record;
  const Extent& held = allocations_.at(entry.dpa)->extent;
  record.tag = request.tag.is_null() ? held.tag : request.tag;
  record.sequence = held.sequence;
  return record;
}

void DynamicCapacity::force(HostId host, const std::vector<Extent>& entries, bool sanitize) {
  std::vector<Extent> accepted;
  for (const Extent& entry : entries) {
    for (const Extent& part : at(host).accepted.within(entry.range())) accepted.push_back(part);
  }
  for (const Extent& part : accepted) listener_.access_ending(host, part.range());
  std::vector<Extent> gone;
  for (const Extent& part : accepted) {
    give_up(host, part.range(), sanitize);
    gone.push_back(part);
  }
  for (const Extent& entry : entries) {
    for (const Extent& part : withdraw(host, entry.range(), sanitize)) gone.push_back(part);
  }
  if (!accepted.empty()) ++at(host).generation;
  tell(EventType::forced_release, host, entries);
  tell(EventType::released, host, gone);
}

}  // namespace cxlpool::capacity
