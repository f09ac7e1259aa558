// SPDX-License-Identifier: Apache-2.0
#include "traffic/address_map.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace cxlpool::traffic {
namespace {

void check(const HpaRange& range) {
  if (range.size == 0 || range.base > UINT64_MAX - range.size) {
    throw std::invalid_argument(
        fmt::format("address map: no range of {:#x} bytes at {:#x}", range.size, range.base));
  }
}

bool holds(const HpaRange& range, std::uint64_t address, std::uint32_t size) {
  const std::uint64_t offset = address - range.base;
  return offset < range.size && range.size - offset >= size;
}

}  // namespace

AddressMap AddressMap::identity(std::vector<HpaRange> windows) {
  if (windows.empty()) throw std::invalid_argument("address map: no window");
  std::for_each(windows.begin(), windows.end(), check);
  std::sort(windows.begin(), windows.end(),
            [](const HpaRange& a, const HpaRange& b) { return a.base < b.base; });
  AddressMap map;
  for (const HpaRange& window : windows) {
    // The host splits an access where one window ends and the next begins.
    if (!map.windows_.empty()) {
      HpaRange& below = map.windows_.back();
      const std::uint64_t end = below.base + below.size;
      if (window.base <= end) {
        below.size = std::max(end, window.base + window.size) - below.base;
        continue;
      }
    }
    map.windows_.push_back(window);
  }
  return map;
}

AddressMap AddressMap::first_touch(HpaRange range) {
  check(range);
  AddressMap map;
  map.paged_ = true;
  const std::uint64_t padding = (0 - range.base) % page_bytes;
  map.first_page_hpa_ = range.base + padding;
  map.pages_ = range.size < padding ? 0 : (range.size - padding) / page_bytes;
  return map;
}

MapResult AddressMap::map_window(std::uint64_t address, std::uint32_t size) {
  if (holds(windows_[last_window_], address, size)) return {MapStatus::ok, address};
  const auto above = std::upper_bound(
      windows_.begin(), windows_.end(), address,
      [](std::uint64_t wanted, const HpaRange& window) { return wanted < window.base; });
  if (above == windows_.begin() || !holds(*(above - 1), address, size)) {
    return {MapStatus::outside, 0};
  }
  last_window_ = static_cast<std::size_t>(above - windows_.begin()) - 1;
  return {MapStatus::ok, address};
}

MapResult AddressMap::map_page(std::uint64_t address, std::uint32_t size) {
  const std::uint64_t page = address / page_bytes;
  const std::uint64_t offset = address % page_bytes;
  if (size > page_bytes - offset) return {MapStatus::crosses_page, 0};
  CachedPage& cached = cache_[page % cache_.size()];
  if (cached.page != page) {
    auto found = placed_.find(page);
    if (found == placed_.end()) {
      if (placed_.size() == pages_) return {MapStatus::exhausted, 0};
      found = placed_.emplace(page, first_page_hpa_ + placed_.size() * page_bytes).first;
    }
    cached = {page, found->second};
  }
  return {MapStatus::ok, cached.hpa + offset};
}

std::string AddressMap::describe(MapStatus status, std::uint64_t address,
                                 std::uint32_t size) const {
  const std::string access = fmt::format("{} bytes at {:#x}", size, address);
  switch (status) {
    case MapStatus::ok:
      return access + " are mapped";
    case MapStatus::outside: {
      std::string known;
      const std::size_t shown = std::min<std::size_t>(windows_.size(), 4);
      for (std::size_t i = 0; i < shown; ++i) {
        known += fmt::format("{}{:#x}-{:#x}", i == 0 ? "" : ", ", windows_[i].base,
                             windows_[i].base + windows_[i].size - 1);
      }
      return fmt::format("{} lie in no window; there is {}{}", access, known,
                         shown < windows_.size() ? ", ..." : "");
    }
    case MapStatus::exhausted:
      return fmt::format(
          "{} touch a new page, and all {} pages of the range at {:#x} are taken; "
          "use a larger range",
          access, pages_, first_page_hpa_);
    case MapStatus::crosses_page:
      return fmt::format("{} cross a page boundary; map the pieces that contiguous() gives",
                         access);
  }
  return access;
}

}  // namespace cxlpool::traffic
