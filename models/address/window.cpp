// SPDX-License-Identifier: Apache-2.0
#include "models/address/window.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace cxlpool::address {
namespace {

/// An address, if there is one, that two applications of the maps do not restore. They are linear
/// over the bits of the address, so it is enough to try each bit alone.
std::optional<std::uint64_t> address_not_restored(const XorMaps& maps, unsigned count) {
  for (std::uint64_t hpa = 1; hpa != 0; hpa <<= 1) {
    if (maps.apply(maps.apply(hpa, count), count) != hpa) return hpa;
  }
  return std::nullopt;
}

void check_xor_maps(const FixedMemoryWindow& window, std::vector<std::string>& found) {
  const std::vector<std::uint64_t>& maps = window.xor_maps.maps();
  const unsigned ways = window.interleave.ways();
  const unsigned needed = XorMaps::needed(ways);
  if (maps.size() < needed) {
    found.push_back(fmt::format("{} XOR map(s) given; {} ways need {}", maps.size(), ways, needed));
    return;
  }
  const unsigned first_bit = window.interleave.shift();
  std::vector<unsigned> taken_by(needed, needed);  // per interleave bit: the map that replaces it
  bool usable = true;
  const auto refuse = [&](std::string sentence) {
    found.push_back(std::move(sentence));
    usable = false;
  };
  for (unsigned i = 0; i < needed; ++i) {
    if (maps[i] == 0) {
      refuse(fmt::format("XOR map {} is 0; its lowest set bit must be one of bits {} to {}", i,
                         first_bit, first_bit + needed - 1));
      continue;
    }
    const unsigned lowest = static_cast<unsigned>(__builtin_ctzll(maps[i]));
    if (lowest < first_bit || lowest >= first_bit + needed) {
      refuse(
          fmt::format("XOR map {} ({:#x}) has bit {} as its lowest set bit; it must be one of "
                      "the window's interleave bits, {} to {}",
                      i, maps[i], lowest, first_bit, first_bit + needed - 1));
      continue;
    }
    unsigned& owner = taken_by[lowest - first_bit];
    if (owner != needed) {
      refuse(
          fmt::format("XOR maps {} and {} both have bit {} as their lowest set bit; each map "
                      "must have one of bits {} to {} of its own",
                      owner, i, lowest, first_bit, first_bit + needed - 1));
      continue;
    }
    owner = i;
  }
  if (!usable) return;
  if (const auto hpa = address_not_restored(window.xor_maps, needed)) {
    found.push_back(
        fmt::format("the XOR maps applied twice do not restore address {:#x}; keep the lowest set "
                    "bit of each map out of the other maps",
                    *hpa));
  }
}

}  // namespace

std::vector<std::string> FixedMemoryWindow::violations() const {
  std::vector<std::string> found;
  const unsigned ways = interleave.ways();
  const std::uint64_t size_unit = ways * hdm_quantum;
  if (base % hdm_quantum != 0) {
    found.push_back(fmt::format("base is {:#x}; it must be a multiple of 256 MiB, such as {:#x}",
                                base, base - base % hdm_quantum));
  }
  if (size == 0 || size % size_unit != 0) {
    const std::uint64_t down = size - size % size_unit;
    found.push_back(
        fmt::format("size is {:#x}; with {} way(s) it must be a multiple of {} x 256 MiB, such as "
                    "{:#x}",
                    size, ways, ways, down == 0 ? size_unit : down));
  }
  if (base != 0 && size > 0 - base) {
    found.push_back(
        fmt::format("base {:#x} + size {:#x} runs past 2^64; size can be at most {:#x} there", base,
                    size, 0 - base));
  }
  if (targets.size() != ways) {
    found.push_back(
        fmt::format("{} target(s) given; {} way(s) need one each, {}", targets.size(), ways, ways));
  }
  if (arithmetic == Arithmetic::exclusive_or) check_xor_maps(*this, found);
  return found;
}

}  // namespace cxlpool::address
