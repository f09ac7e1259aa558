// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/unordered_map.hpp>

namespace cxlpool::traffic {

/// Host physical addresses [base, base + size), bytes.
struct HpaRange {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
};

enum class MapStatus : std::uint8_t {
  ok,
  outside,       ///< identity: not wholly inside one of the windows
  exhausted,     ///< first_touch: a new page, and the range has no page left for it
  crosses_page,  ///< first_touch: a piece larger than contiguous() was asked for
};

struct MapResult {
  MapStatus status = MapStatus::ok;
  std::uint64_t hpa = 0;  ///< when ok
};

/// Turns the addresses of a trace into host physical addresses (HPA). Pure and deterministic: the
/// same calls in the same order give the same answers.
///
/// identity() passes addresses on that lie in one of the windows. first_touch() is a program on a
/// fresh machine: a virtual page of 4 KiB gets the lowest free page of the range when it is first
/// asked for, and keeps it. Neighbouring virtual pages then lie apart, so an access is mapped piece
/// by piece:
///
///     while (size != 0) {
///       const std::uint32_t piece = map.contiguous(address, size);
///       const MapResult mapped = map.map(address, piece);   // check its status
///       address += piece, size -= piece;
///     }
///
/// A failed lookup is a value, see describe(). Ranges that overflow 64 bits, or none at all, throw
/// std::invalid_argument. Pages met lately are found in a small cache, without a hash lookup or
/// allocation.
class AddressMap {
 public:
  static constexpr std::uint64_t page_bytes = 4096;

  static AddressMap identity(std::vector<HpaRange> windows);

  /// Uses the whole pages of `range`.
  static AddressMap first_touch(HpaRange range);

  /// How many of `size` bytes from `address` on one call of map() may take; 0 only for size 0.
  std::uint32_t contiguous(std::uint64_t address, std::uint32_t size) const {
    if (!paged_) return size;
    const std::uint64_t in_page = page_bytes - address % page_bytes;
    return size < in_page ? size : static_cast<std::uint32_t>(in_page);
  }

  MapResult map(std::uint64_t address, std::uint32_t size) {
    return paged_ ? map_page(address, size) : map_window(address, size);
  }

  /// The status as a sentence, with what would be right.
  std::string describe(MapStatus status, std::uint64_t address, std::uint32_t size) const;

  /// first_touch: pages placed so far, and pages in the range.
  std::uint64_t pages_used() const { return placed_.size(); }
  std::uint64_t pages() const { return pages_; }

 private:
  struct CachedPage {
    std::uint64_t page = UINT64_MAX;  ///< no page has this number
    std::uint64_t hpa = 0;
  };

  AddressMap() = default;
  MapResult map_page(std::uint64_t address, std::uint32_t size);
  MapResult map_window(std::uint64_t address, std::uint32_t size);

  bool paged_ = false;
  std::vector<HpaRange> windows_;  ///< identity: sorted, neighbours joined
  std::size_t last_window_ = 0;
  std::uint64_t first_page_hpa_ = 0;
  std::uint64_t pages_ = 0;
  std::array<CachedPage, 256> cache_;
  boost::unordered_map<std::uint64_t, std::uint64_t> placed_;  ///< virtual page number to HPA
};

}  // namespace cxlpool::traffic
