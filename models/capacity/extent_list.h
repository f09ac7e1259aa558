// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "models/capacity/extent.h"

namespace cxlpool::capacity {

/// Extents that do not overlap, by DPA. A part that is cut out of an extent leaves remainders with
/// the tag and sequence of the whole.
class ExtentList {
 public:
  using Extents = std::map<std::uint64_t, Extent>;

  const Extents& extents() const { return extents_; }
  std::size_t size() const { return extents_.size(); }

  /// nullptr: no extent holds the byte.
  const Extent* at(std::uint64_t dpa) const;
  /// The extents that lie partly or wholly in the range, whole; and clipped to it.
  std::vector<Extent> touching(const DpaRange& range) const;
  std::vector<Extent> within(const DpaRange& range) const;

  void insert(const Extent& extent) { extents_.emplace(extent.dpa, extent); }
  /// Removes the range, and returns what within() would have.
  std::vector<Extent> cut(const DpaRange& range);
  void clear() { extents_.clear(); }

 private:
  Extents::const_iterator first_touching(const DpaRange& range) const;

  Extents extents_;
};

std::vector<DpaRange> ranges_of(const std::vector<Extent>& extents);
/// Bytes of all of them.
std::uint64_t total_length(const std::vector<Extent>& extents);

}  // namespace cxlpool::capacity
