// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "models/address/interleave.h"

/// Random but repeatable inputs. The generator's output is used raw: unlike the standard
/// distributions it is the same with every library.
namespace cxlpool::address::test {

inline std::vector<Interleave> every_interleave() {
  std::vector<Interleave> result;
  for (const unsigned ways : {1, 2, 3, 4, 6, 8, 12, 16}) {
    for (unsigned granularity = 256; granularity <= 16384; granularity *= 2) {
      result.push_back(*Interleave::from_values(ways, granularity));
    }
  }
  return result;
}

/// Legal maps for the address bits [first_bit, first_bit + count): each has one of them, in order,
/// and random bits from `above` to 51.
inline std::vector<std::uint64_t> random_xor_maps(std::mt19937_64& random, unsigned first_bit,
                                                  unsigned count, unsigned above) {
  std::vector<std::uint64_t> maps;
  for (unsigned i = 0; i < count; ++i) {
    const std::uint64_t high = (random() >> 12) >> above << above;
    maps.push_back(high | std::uint64_t{1} << (first_bit + i));
  }
  return maps;
}

}  // namespace cxlpool::address::test
