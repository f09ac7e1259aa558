// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/region.h"

#include <iterator>
#include <limits>
#include <map>

#include <fmt/format.h>

namespace cxlpool::capacity {
namespace {

bool power_of_two(std::uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

void check_size(const Region& region, std::vector<std::string>& faults, const std::string& who) {
  const auto need = [&](bool good, const std::string& what) {
    if (!good) faults.push_back(who + what);
  };
  const bool block_good = power_of_two(region.block) && region.block >= 64;
  need(block_good,
       fmt::format("block size {:#x} is not a power of two of at least 64 bytes", region.block));
  need(region.length > 0, "the length is 0");
  need(region.decode_length > 0 && region.decode_length % region_quantum == 0,
       fmt::format("decode length {:#x} is not a multiple of 256 MiB above 0",
                   region.decode_length));
  need(region.length <= region.decode_length,
       fmt::format("length {:#x} exceeds the decode length {:#x}", region.length,
                   region.decode_length));
  need(region.decode_length <= std::numeric_limits<std::uint64_t>::max() - region.base,
       "base and decode length pass 2^64");
  need(region.base % region_quantum == 0,
       fmt::format("base {:#x} is not a multiple of 256 MiB", region.base));
  if (!block_good) return;
  need(region.base % region.block == 0, "the base is not a multiple of the block size");
  need(region.length % region.block == 0,
       fmt::format("length {:#x} is not a multiple of the block size {:#x}", region.length,
                   region.block));
}

}  // namespace

std::vector<std::string> check_regions(const std::vector<Region>& regions,
                                       std::uint64_t static_end) {
  std::vector<std::string> faults;
  if (regions.empty() || regions.size() > max_regions) {
    faults.push_back(fmt::format("{} regions: a device has 1 to {}", regions.size(), max_regions));
  }
  std::uint64_t end = static_end;
  const char* below = "the static capacity";
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const Region& region = regions[i];
    const std::string who = fmt::format("region {}: ", i);
    check_size(region, faults, who);
    if (region.base < end) {
      faults.push_back(fmt::format("{}base {:#x} is not above {}, which ends at {:#x}", who,
                                   region.base, below, end));
    }
    if (region.dsmad_handle > 0xFF) {
      faults.push_back(
          fmt::format("{}DSMAD handle {:#x} does not fit one byte", who, region.dsmad_handle));
    }
    end = DpaRange{region.base, region.decode_length}.end();
    below = "the region before it";
  }
  return faults;
}

std::optional<std::size_t> region_of(const std::vector<Region>& regions, const DpaRange& range) {
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const DpaRange region = regions[i].range();
    if (region.contains(range.base)) {
      if (region.contains(range)) return i;
      break;
    }
  }
  return std::nullopt;
}

std::optional<DpaRange> range_in(const Region& region, std::uint64_t offset, std::uint64_t length) {
  if (offset > region.length || length > region.length - offset) return std::nullopt;
  return DpaRange{region.base + offset, length};
}

Refusal check_entries(const std::vector<Region>& regions, const std::vector<DpaRange>& entries) {
  std::map<std::uint64_t, std::uint64_t> earlier;  // base to end
  for (const DpaRange& entry : entries) {
    const std::optional<std::size_t> index = region_of(regions, entry);
    if (!index) return Refusal::outside_regions;
    if (entry.length == 0) return Refusal::zero_length;
    const Region& region = regions[*index];
    if ((entry.base - region.base) % region.block != 0 || entry.length % region.block != 0) {
      return Refusal::misaligned;
    }
    const auto above = earlier.lower_bound(entry.base);
    if (above != earlier.end() && above->first < entry.end()) return Refusal::list_overlap;
    if (above != earlier.begin() && std::prev(above)->second > entry.base) {
      return Refusal::list_overlap;
    }
    earlier.emplace_hint(above, entry.base, entry.end());
  }
  return Refusal::none;
}

}  // namespace cxlpool::capacity
