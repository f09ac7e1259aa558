// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/allocations.h"

#include <iterator>
#include <stdexcept>
#include <utility>

namespace cxlpool::capacity {
namespace {

std::size_t bit(HostId host) { return static_cast<std::size_t>(host); }

/// Whether two allocations, the second right after the first, are one that was split.
bool parts_of_one(const Allocation& first, const Allocation& second) {
  return first.extent.range().end() == second.extent.dpa && first.origin == second.origin &&
         first.extent.tag == second.extent.tag && first.extent.sequence == second.extent.sequence &&
         first.hosts == second.hosts && first.sanitize == second.sanitize;
}

}  // namespace

Allocations::Allocations(const std::vector<Region>& regions, Freed freed)
    : regions_(regions), freed_(std::move(freed)) {
  for (const Region& region : regions) free_.emplace_back(region.range());
}

bool Allocations::overlaps(const DpaRange& range) const {
  const auto above = by_dpa_.lower_bound(range.base);
  if (above != by_dpa_.end() && above->first < range.end()) return true;
  return range.length != 0 && above != by_dpa_.begin() &&
         std::prev(above)->second.extent.range().contains(range.base);
}

std::vector<Allocation> Allocations::all() const {
  std::vector<Allocation> list;
  list.reserve(by_dpa_.size());
  for (const auto& [dpa, allocation] : by_dpa_) list.push_back(allocation);
  return list;
}

std::vector<Allocation> Allocations::under(const Tag& tag) const {
  std::vector<Allocation> list;
  for (const std::uint64_t base : tags_.bases(tag)) list.push_back(by_dpa_.at(base));
  return list;
}

const Allocation* Allocations::at(std::uint64_t dpa) const {
  auto allocation = by_dpa_.upper_bound(dpa);
  if (allocation == by_dpa_.begin()) return nullptr;
  --allocation;
  return allocation->second.extent.range().contains(dpa) ? &allocation->second : nullptr;
}

void Allocations::allocate(const Extent& extent, HostId host) {
  free_[*region_of(regions_, extent.range())].take(extent.range());
  Allocation allocation{extent, {}, false, next_origin_++};
  allocation.hosts.set(bit(host));
  by_dpa_.emplace(extent.dpa, allocation);
  tags_.add_base(extent.tag, extent.dpa);
  tags_.note_sequence(extent.tag, extent.sequence);
}

void Allocations::split(std::uint64_t dpa) {
  auto lower = by_dpa_.lower_bound(dpa);
  if (lower == by_dpa_.begin()) return;
  --lower;
  Extent& extent = lower->second.extent;
  if (!extent.range().contains(dpa)) return;
  Allocation upper = lower->second;
  upper.extent.dpa = dpa;
  upper.extent.length = extent.range().end() - dpa;
  extent.length = dpa - extent.dpa;
  tags_.add_base(extent.tag, dpa);
  by_dpa_.emplace(dpa, upper);
}

void Allocations::merge(const DpaRange& range) {
  auto next = by_dpa_.lower_bound(range.base);
  while (next != by_dpa_.end() && next->first <= range.end()) {
    if (next == by_dpa_.begin() || !parts_of_one(std::prev(next)->second, next->second)) {
      ++next;
      continue;
    }
    std::prev(next)->second.extent.length += next->second.extent.length;
    tags_.remove_base(next->second.extent.tag, next->first);
    next = by_dpa_.erase(next);
  }
}

void Allocations::share(const DpaRange& range, HostId host) {
  split(range.base);
  split(range.end());
  for (auto part = by_dpa_.lower_bound(range.base);
       part != by_dpa_.end() && part->first < range.end(); ++part) {
    part->second.hosts.set(bit(host));
  }
  merge(range);
}

void Allocations::drop(const DpaRange& range, HostId host, bool sanitize) {
  split(range.base);
  split(range.end());
  auto part = by_dpa_.lower_bound(range.base);
  while (part != by_dpa_.end() && part->first < range.end()) {
    Allocation& allocation = part->second;
    if (!allocation.hosts.test(bit(host))) throw std::logic_error("capacity dropped twice");
    allocation.hosts.reset(bit(host));
    allocation.sanitize |= sanitize;
    const bool kept = allocation.hosts.any() || tags_.referenced(allocation.extent.tag);
    part = kept ? std::next(part) : free(part);
  }
  merge(range);
}

Allocations::ByDpa::iterator Allocations::free(ByDpa::iterator part) {
  const Allocation allocation = part->second;
  const auto next = by_dpa_.erase(part);
  tags_.remove_base(allocation.extent.tag, allocation.extent.dpa);
  free_[*region_of(regions_, allocation.extent.range())].give_back(allocation.extent.range());
  freed_(allocation);
  return next;
}

void Allocations::unrefer(const Tag& tag) {
  tags_.refer(tag, false);
  for (const Allocation& allocation : under(tag)) {
    if (allocation.hosts.none()) free(by_dpa_.find(allocation.extent.dpa));
  }
}

}  // namespace cxlpool::capacity
