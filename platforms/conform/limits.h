// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace cxlpool::platforms {

/// Vector files are some 100 KiB long; this many bytes are refused before they are parsed.
inline constexpr std::uint64_t longest_vector_file = 64ull << 20;

/// One topology's simulation that takes longer hangs; it takes milliseconds.
inline constexpr std::chrono::seconds longest_simulation{120};

}  // namespace cxlpool::platforms
