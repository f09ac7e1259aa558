// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

/// Numbers as people read them, in reports and explanations. Nothing here is meant to be parsed.
namespace cxlpool::platforms {

/// "0x110000000".
std::string hex(std::uint64_t value);

/// In the largest unit that loses nothing: "8 GiB", "768 MiB", "1025 B".
std::string human_size(std::uint64_t bytes);

/// To one decimal of the largest unit that leaves at least 1: "8 GiB", "1.0 KiB" for 1025.
std::string rough_size(std::uint64_t bytes);

/// First and last address with the size: "0x110000000..0x30fffffff (8 GiB)". An empty range names
/// its base alone; a size that runs past 2^64 is cut there.
std::string human_range(std::uint64_t base, std::uint64_t size);

/// "25 ns", "1.25 ns", "3 us", "3.7 ms", from picoseconds.
std::string human_duration(std::uint64_t picoseconds);

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

/// "1 decoder", "3 decoders".
std::string counted(std::uint64_t count, const std::string& noun);

}  // namespace cxlpool::platforms
