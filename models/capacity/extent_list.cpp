// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/extent_list.h"

#include <algorithm>
#include <iterator>

namespace cxlpool::capacity {

ExtentList::Extents::const_iterator ExtentList::first_touching(const DpaRange& range) const {
  const auto above = extents_.lower_bound(range.base);
  if (above == extents_.begin()) return above;
  const auto below = std::prev(above);
  return below->second.range().contains(range.base) ? below : above;
}

const Extent* ExtentList::at(std::uint64_t dpa) const {
  const auto extent = first_touching({dpa, 1});
  return extent != extents_.end() && extent->second.range().contains(dpa) ? &extent->second
                                                                          : nullptr;
}

std::vector<Extent> ExtentList::touching(const DpaRange& range) const {
  std::vector<Extent> found;
  for (auto extent = first_touching(range); extent != extents_.end() && extent->first < range.end();
       ++extent) {
    found.push_back(extent->second);
  }
  return found;
}

std::vector<Extent> ExtentList::within(const DpaRange& range) const {
  std::vector<Extent> parts = touching(range);
  for (Extent& part : parts) part = clip(part, range);
  return parts;
}

std::vector<Extent> ExtentList::cut(const DpaRange& range) {
  std::vector<Extent> parts;
  for (const Extent& whole : touching(range)) {
    const Extent part = clip(whole, range);
    extents_.erase(whole.dpa);
    if (part.dpa > whole.dpa) insert(clip(whole, {whole.dpa, part.dpa - whole.dpa}));
    const std::uint64_t end = part.range().end();
    if (whole.range().end() > end) insert(clip(whole, {end, whole.range().end() - end}));
    parts.push_back(part);
  }
  return parts;
}

std::vector<DpaRange> ranges_of(const std::vector<Extent>& extents) {
  std::vector<DpaRange> ranges;
  ranges.reserve(extents.size());
  for (const Extent& extent : extents) ranges.push_back(extent.range());
  return ranges;
}

std::uint64_t total_length(const std::vector<Extent>& extents) {
  std::uint64_t bytes = 0;
  for (const Extent& extent : extents) bytes += extent.length;
  return bytes;
}

}  // namespace cxlpool::capacity
