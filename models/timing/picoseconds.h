// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>

namespace cxlpool::timing {

/// A duration or a point of simulated time. Integer, because floating point in event order would
/// make results depend on the compiler; unsigned 64-bit picoseconds reach 213 days.
using Picoseconds = std::uint64_t;

inline constexpr Picoseconds ps_per_ns = 1'000;

/// No run lasts longer, so that what is added to its time does not wrap around: 106 days.
inline constexpr Picoseconds longest_run = Picoseconds{1} << 63;

/// Throws std::overflow_error.
inline void expect_within_run(Picoseconds time) {
  if (time <= longest_run) return;
  throw std::overflow_error(
      "simulated time has passed 106 days, the most that a run may take: expected fewer requests, "
      "or shorter times between them");
}

}  // namespace cxlpool::timing
