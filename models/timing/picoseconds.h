// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cxlpool::timing {

/// A duration or a point of simulated time. Integer, because floating point in event order would
/// make results depend on the compiler; unsigned 64-bit picoseconds reach 213 days.
using Picoseconds = std::uint64_t;

inline constexpr Picoseconds ps_per_ns = 1'000;

}  // namespace cxlpool::timing
