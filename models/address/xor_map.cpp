// SPDX-License-Identifier: Apache-2.0
#include "models/address/xor_map.h"

#include "models/address/interleave.h"

namespace cxlpool::address {

unsigned XorMaps::needed(unsigned ways) {
  const auto interleave = Interleave::from_values(ways, 256);
  return interleave ? interleave->binary_ways_bits() : 0;
}

std::uint64_t XorMaps::apply(std::uint64_t hpa, unsigned count) const {
  for (unsigned i = 0; i < count; ++i) {
    const std::uint64_t map = maps_[i];
    const std::uint64_t lowest = map & (~map + 1);  // 0 for a zero map: no effect
    hpa = __builtin_parityll(hpa & map) ? hpa | lowest : hpa & ~lowest;
  }
  return hpa;
}

}  // namespace cxlpool::address
