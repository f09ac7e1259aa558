// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/capacity/extent.h"
#include "models/capacity/refusal.h"

namespace cxlpool::capacity {

inline constexpr std::size_t max_regions = 8;
inline constexpr std::uint64_t region_quantum = 256ull << 20;  ///< of base and decode length

/// Dynamic capacity region of a device: its row of Get Dynamic Capacity Configuration (4800h) and
/// the DSMAS flags of Get Host DC Region Configuration (5601h).
struct Region {
  std::uint64_t base = 0;           ///< DPA
  std::uint64_t decode_length = 0;  ///< bytes of DPA that are set aside
  std::uint64_t length = 0;         ///< bytes that exist
  std::uint64_t block = 2ull << 20;
  /// Block sizes that 5602h may set, bit n for 2^n bytes; 0 is `block` alone.
  std::uint64_t block_sizes = 0;
  std::uint32_t dsmad_handle = 0;
  bool sanitize_on_release = false;
  bool non_volatile = false;
  bool sharable = false;
  bool hardware_coherent = false;
  bool read_only = false;

  constexpr DpaRange range() const { return {base, length}; }
  /// Bit n for 2^n bytes, the present block size among them.
  constexpr std::uint64_t block_size_mask() const { return block_sizes | block; }
};

/// What is wrong with the regions of a device whose static capacity ends at `static_end`, a
/// sentence for each rule of fact sheet 5.1 that is broken; empty when they are good.
std::vector<std::string> check_regions(const std::vector<Region>& regions,
                                       std::uint64_t static_end = 0);

/// Index of the region that holds all of a range; nullopt across an edge, outside, past 2^64. A
/// range of no bytes is where its base is.
std::optional<std::size_t> region_of(const std::vector<Region>& regions, const DpaRange& range);

/// The bytes at an offset into a region; nullopt if they are not all within it.
std::optional<DpaRange> range_in(const Region& region, std::uint64_t offset, std::uint64_t length);

/// What is wrong with the entries of an extent list, entry by entry: outside one region, of no
/// bytes, not whole blocks, over an earlier entry.
Refusal check_entries(const std::vector<Region>& regions, const std::vector<DpaRange>& entries);

}  // namespace cxlpool::capacity
