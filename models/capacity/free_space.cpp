// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/free_space.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace cxlpool::capacity {

FreeSpace::FreeSpace(const DpaRange& region) : region_(region) {
  insert(region.base, region.length);
}

void FreeSpace::insert(std::uint64_t base, std::uint64_t length) {
  gaps_[base] = length;
  by_length_[length].insert(base);
  free_bytes_ += length;
}

FreeSpace::Gaps::iterator FreeSpace::erase(Gaps::iterator gap) {
  const auto same = by_length_.find(gap->second);
  same->second.erase(gap->first);
  if (same->second.empty()) by_length_.erase(same);
  free_bytes_ -= gap->second;
  return gaps_.erase(gap);
}

std::vector<DpaRange> FreeSpace::pick(std::uint64_t length, std::size_t most) const {
  std::vector<DpaRange> pieces;
  if (length > free_bytes_) return pieces;
  for (auto gap = gaps_.begin(); length > 0; ++gap) {
    if (pieces.size() == most) return {};
    pieces.push_back({gap->first, std::min(length, gap->second)});
    length -= pieces.back().length;
  }
  return pieces;
}

std::optional<DpaRange> FreeSpace::pick_contiguous(std::uint64_t length) const {
  std::optional<DpaRange> lowest;
  for (auto same = by_length_.lower_bound(length); same != by_length_.end(); ++same) {
    const std::uint64_t base = *same->second.begin();
    if (!lowest || base < lowest->base) lowest = DpaRange{base, length};
  }
  return lowest;
}

Fragmentation FreeSpace::fragmentation() const {
  return {free_bytes_, by_length_.empty() ? 0 : by_length_.rbegin()->first, gaps_.size()};
}

void FreeSpace::take(const DpaRange& range) {
  auto gap = gaps_.upper_bound(range.base);
  if (gap == gaps_.begin()) throw std::logic_error("capacity taken twice");
  --gap;
  const DpaRange whole{gap->first, gap->second};
  if (!whole.contains(range)) throw std::logic_error("capacity taken twice");
  erase(gap);
  if (range.base > whole.base) insert(whole.base, range.base - whole.base);
  if (whole.end() > range.end()) insert(range.end(), whole.end() - range.end());
}

void FreeSpace::give_back(const DpaRange& range) {
  DpaRange whole = range;
  auto next = gaps_.lower_bound(range.base);
  if (next != gaps_.end() && next->first == range.end()) {
    whole.length += next->second;
    next = erase(next);
  }
  if (next != gaps_.begin()) {
    const auto previous = std::prev(next);
    if (previous->first + previous->second == range.base) {
      whole = {previous->first, previous->second + whole.length};
      erase(previous);
    }
  }
  insert(whole.base, whole.length);
}

}  // namespace cxlpool::capacity
