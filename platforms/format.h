// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "models/timing/picoseconds.h"

/// Numbers for people. Machines get plain integers.
namespace cxlpool::platforms {

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

/// Bytes in the largest binary unit that leaves a number of at least 1, to one decimal where it is
/// not whole: "256 B", "4 GiB", "1.5 MiB".
std::string human_size(std::uint64_t bytes);

/// The same for time: "25 ns", "1.2 ms".
std::string human_duration(timing::Picoseconds duration);

}  // namespace cxlpool::platforms
