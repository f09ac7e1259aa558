// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/arithmetic.h"

#include <fmt/format.h>

#include "platforms/format.h"

namespace cxlpool::platforms {

using address::Interleave;

std::vector<std::string> window_arithmetic(const address::FixedMemoryWindow& window,
                                           std::uint64_t hpa) {
  const Interleave interleave = window.interleave;
  const unsigned target = window.target_index(hpa);
  if (interleave.ways() == 1) return {};
  if (window.arithmetic == address::Arithmetic::modulo || interleave.binary_ways_bits() == 0) {
    return {fmt::format("({:#x} >> {}) mod {} = {}", hpa, interleave.shift(), interleave.ways(),
                        target)};
  }
  std::vector<std::string> lines;
  const unsigned bits = interleave.binary_ways_bits();
  for (unsigned i = 0; i < bits; ++i) {
    lines.push_back(fmt::format("bit {} = parity({:#x} & {:#x}) = {}", i, hpa,
                                window.xor_maps.maps()[i], target >> i & 1u));
  }
  if (interleave.is_multiple_of_3()) {
    lines.push_back(fmt::format("upper bits = ({:#x} >> {}) mod 3 = {}", hpa,
                                interleave.shift() + bits, target >> bits));
    lines.push_back(fmt::format("{} << {} | {} = {}", target >> bits, bits,
                                target & ((1u << bits) - 1), target));
  }
  return lines;
}

std::string selecting_bits(Interleave interleave) {
  const unsigned bits = interleave.binary_ways_bits();
  if (bits == 0) return {};
  const unsigned low = interleave.shift();
  if (bits == 1) return fmt::format("bit {}", low);
  return fmt::format("bits {}:{}", low + bits - 1, low);
}

std::string port_arithmetic(Interleave interleave, std::uint64_t hpa) {
  if (interleave.ways() == 1) return {};
  return fmt::format("{} of {:#x} = {}", selecting_bits(interleave), hpa, interleave.position(hpa));
}

std::string dpa_arithmetic(Interleave interleave, std::uint64_t hpa_offset) {
  const std::uint64_t result = interleave.dpa_offset(hpa_offset);
  if (interleave.ways() == 1) return fmt::format("{:#x}, not interleaved", result);
  const unsigned shift = interleave.shift();
  const unsigned removed = shift + interleave.binary_ways_bits();
  const std::uint64_t low = hpa_offset & (interleave.granularity() - 1u);
  if (interleave.is_multiple_of_3()) {
    return fmt::format("({:#x} >> {} div 3 << {}) | {:#x} = {:#x}", hpa_offset, removed, shift, low,
                       result);
  }
  return fmt::format("({:#x} >> {} << {}) | {:#x} = {:#x}", hpa_offset, removed, shift, low,
                     result);
}

std::string interleave_text(Interleave interleave) {
  if (interleave.ways() == 1) return "1 way";
  return fmt::format("{} ways x {}", interleave.ways(), human_size(interleave.granularity()));
}

}  // namespace cxlpool::platforms
