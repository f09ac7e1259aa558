// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "traffic/patterns/random.h"

namespace cxlpool::traffic {

/// Ranks 1 to `items`, rank k with probability proportional to k^-s. Exact up to some 2^-50, for
/// any number of items, in constant memory and without floating point, whose pow() and log() differ
/// between machines.
///
/// How: ranks [2^j, 2^(j+1)) form octave j. Every rank k of it weighs at most 2^-js, so the octave
/// is drawn by that bound times its length, the rank evenly within the octave, and then accepted
/// with probability (k / 2^j)^-s. A table of 256 steps an octave settles all but 1 in some 250
/// acceptances without a power.
class ZipfDistribution {
 public:
  /// `items` is 1 to 2^58, `exponent_percent` s in hundredths, 0 to 1000.
  ZipfDistribution(std::uint64_t items, std::uint32_t exponent_percent);

  std::uint64_t draw(Random& random) const;

 private:
  using Fixed = std::uint64_t;  // 63 fraction bits; 1 is 2^63

  Fixed two_to_minus(Uint128 exponent) const;
  Fixed power(Fixed mantissa) const;

  std::uint64_t items_;
  std::uint32_t exponent_percent_;
  std::array<Fixed, 64> roots_;             ///< roots_[i] is 2^-(2^-i)
  std::array<Fixed, 257> steps_;            ///< (1 + i / 256)^-s
  std::vector<std::uint64_t> octave_ends_;  ///< running sums of the octaves' weights
};

}  // namespace cxlpool::traffic
