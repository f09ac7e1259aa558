// SPDX-License-Identifier: Apache-2.0
#include "platforms/format.h"

#include <array>

#include <fmt/format.h>

namespace cxlpool::platforms {
namespace {

template <std::size_t count>
std::string scaled(std::uint64_t value, std::uint64_t step,
                   const std::array<const char*, count>& units) {
  std::uint64_t divisor = 1;
  std::size_t unit = 0;
  while (unit + 1 < count && value / divisor >= step) {
    divisor *= step;
    ++unit;
  }
  if (value % divisor == 0) return fmt::format("{} {}", value / divisor, units[unit]);
  return fmt::format("{:.1f} {}", static_cast<double>(value) / static_cast<double>(divisor),
                     units[unit]);
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array<const char*, 7> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  return scaled(bytes, 1024, units);
}

std::string human_duration(timing::Picoseconds duration) {
  static constexpr std::array<const char*, 5> units{"ps", "ns", "us", "ms", "s"};
  return scaled(duration, 1000, units);
}

}  // namespace cxlpool::platforms
