// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/capacity/region.h"

namespace cxlpool::capacity {

/// Which blocks one host may access: a bit for each block of each region, in pages that are made
/// when first needed. A look-up costs the same for any number of extents.
class AccessMap {
 public:
  explicit AccessMap(const std::vector<Region>& regions);

  bool accessible(std::uint64_t dpa) const {
    const Part* part = part_of(dpa);
    return part != nullptr && part->test((dpa - part->range.base) >> part->block_shift);
  }
  /// Every byte; false for none, across regions and past 2^64.
  bool accessible(const DpaRange& range) const {
    const Part* part = part_of(range.base);
    if (part == nullptr || range.length == 0 || !part->range.contains(range)) return false;
    const std::uint64_t offset = range.base - part->range.base;
    const std::uint64_t last = (offset + range.length - 1) >> part->block_shift;
    for (std::uint64_t block = offset >> part->block_shift; block <= last; ++block) {
      if (!part->test(block)) return false;
    }
    return true;
  }

  /// Whole blocks of a region.
  void set(std::size_t region, const DpaRange& range, bool accessible);
  /// Empties a region, which may have another block size now.
  void reset(std::size_t region, const Region& description);

 private:
  static constexpr unsigned page_shift = 12;
  static constexpr std::size_t page_blocks = std::size_t{1} << page_shift;
  static constexpr std::size_t words = page_blocks / 64;
  using Page = std::array<std::uint64_t, words>;

  struct Part {
    DpaRange range;
    unsigned block_shift = 0;
    std::vector<std::unique_ptr<Page>> pages;  ///< none where no block is accessible

    bool test(std::uint64_t block) const {
      const Page* page = pages[block >> page_shift].get();
      const std::uint64_t bit = block & (page_blocks - 1);
      return page != nullptr && ((*page)[bit / 64] >> (bit % 64) & 1) != 0;
    }
  };

  const Part* part_of(std::uint64_t dpa) const {
    // Regions are in order of DPA. No branch hangs on which of them it is: accesses take turns.
    std::size_t not_above = 0;
    for (const std::uint64_t base : bases_) not_above += base <= dpa;
    if (not_above == 0 || not_above > parts_.size()) return nullptr;
    const Part& part = parts_[not_above - 1];
    return part.range.contains(dpa) ? &part : nullptr;
  }

  std::array<std::uint64_t, max_regions> bases_;  ///< of the regions; the highest DPA past the last
  std::vector<Part> parts_;
};

}  // namespace cxlpool::capacity
