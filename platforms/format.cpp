// SPDX-License-Identifier: Apache-2.0
#include "platforms/format.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace cxlpool::platforms {
namespace {

/// `value` / `unit` with as many of three decimals as it needs.
std::string thousandths(std::uint64_t value, std::uint64_t unit, const char* name) {
  std::string text = fmt::format("{}.{:03}", value / unit, value % unit * 1'000 / unit);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " " + name;
}

constexpr std::array<const char*, 7> size_units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

}  // namespace

std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

std::string human_size(std::uint64_t bytes) {
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < size_units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{} {}", bytes, size_units[unit]);
}

std::string rough_size(std::uint64_t bytes) {
  std::uint64_t divisor = 1;
  std::size_t unit = 0;
  while (unit + 1 < size_units.size() && bytes / divisor >= 1024) {
    divisor *= 1024;
    ++unit;
  }
  if (bytes % divisor == 0) return fmt::format("{} {}", bytes / divisor, size_units[unit]);
  return fmt::format("{:.1f} {}", static_cast<double>(bytes) / static_cast<double>(divisor),
                     size_units[unit]);
}

std::string human_range(std::uint64_t base, std::uint64_t size) {
  if (size == 0) return fmt::format("{:#x} (empty)", base);
  const std::uint64_t last = base + std::min(size - 1, ~base);
  return fmt::format("{:#x}..{:#x} ({})", base, last, human_size(size));
}

std::string human_duration(std::uint64_t picoseconds) {
  if (picoseconds >= 1'000'000'000) return thousandths(picoseconds, 1'000'000'000, "ms");
  if (picoseconds >= 1'000'000) return thousandths(picoseconds, 1'000'000, "us");
  if (picoseconds >= 1'000) return thousandths(picoseconds, 1'000, "ns");
  return fmt::format("{} ps", picoseconds);
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string counted(std::uint64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace cxlpool::platforms
