// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <boost/random/mersenne_twister.hpp>

namespace cxlpool::traffic {

__extension__ using Uint128 = unsigned __int128;

/// Seeded random integers, the same with every compiler and library: the engine is specified to
/// the bit and the range reduction is ours.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }

  /// Even over [0, bound), without bias (Lemire's multiply and reject); `bound` is at least 1.
  std::uint64_t below(std::uint64_t bound) {
    Uint128 product = Uint128{engine_()} * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
      const std::uint64_t threshold = (0 - bound) % bound;
      while (static_cast<std::uint64_t>(product) < threshold) product = Uint128{engine_()} * bound;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  /// True in `percent` of 100 draws; draws nothing when the answer is certain.
  bool chance(unsigned percent) {
    if (percent == 0 || percent >= 100) return percent != 0;
    return below(100) < percent;
  }

 private:
  boost::random::mt19937_64 engine_;
};

}  // namespace cxlpool::traffic
