// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "models/capacity/extent.h"

namespace cxlpool::capacity {

/// How a region's free capacity lies.
struct Fragmentation {
  std::uint64_t free_bytes = 0;
  std::uint64_t largest = 0;  ///< bytes of the longest gap
  std::uint64_t gaps = 0;
  /// Share of the free bytes that are not in the longest gap: 0 is one piece, or none.
  double ratio() const {
    return free_bytes == 0 ? 0.0
                           : 1.0 - static_cast<double>(largest) / static_cast<double>(free_bytes);
  }
};

/// The gaps of one region: capacity that nobody holds and no offer names.
class FreeSpace {
 public:
  explicit FreeSpace(const DpaRange& region);

  /// Lowest gaps first, one piece from each, until there is enough; empty if there never is, or it
  /// would take more than `most` pieces.
  std::vector<DpaRange> pick(std::uint64_t length, std::size_t most) const;
  /// Head of the lowest gap that is long enough. Costs the number of different gap lengths, which
  /// is below the square root of twice the number of blocks.
  std::optional<DpaRange> pick_contiguous(std::uint64_t length) const;

  bool all_free() const { return free_bytes_ == region_.length; }
  std::uint64_t free_bytes() const { return free_bytes_; }
  Fragmentation fragmentation() const;

  void take(const DpaRange& range);       ///< all of it must be free
  void give_back(const DpaRange& range);  ///< none of it may be

 private:
  using Gaps = std::map<std::uint64_t, std::uint64_t>;  ///< base to length
  void insert(std::uint64_t base, std::uint64_t length);
  Gaps::iterator erase(Gaps::iterator gap);

  DpaRange region_;
  Gaps gaps_;
  std::map<std::uint64_t, std::set<std::uint64_t>> by_length_;
  std::uint64_t free_bytes_ = 0;
};

}  // namespace cxlpool::capacity
