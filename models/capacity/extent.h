// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "models/capacity/tag.h"

namespace cxlpool::capacity {

/// The host that owns a logical device, or a head: what 56xxh commands call the host id.
enum class HostId : std::uint16_t {};

/// As many as the host bitmaps of List Tags (5608h) have bits.
inline constexpr std::size_t max_hosts = 256;

/// Bytes of device physical address. One that would pass 2^64 can be written down, and is in no
/// region.
struct DpaRange {
  std::uint64_t base = 0;
  std::uint64_t length = 0;

  /// One past the last byte; the highest address where that passes 2^64.
  constexpr std::uint64_t end() const {
    constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
    return length > top - base ? top : base + length;
  }
  constexpr bool contains(std::uint64_t dpa) const { return dpa >= base && dpa - base < length; }
  constexpr bool contains(const DpaRange& part) const {
    return part.base >= base && part.base - base <= length &&
           part.length <= length - (part.base - base);
  }
  friend constexpr bool operator==(const DpaRange& a, const DpaRange& b) {
    return a.base == b.base && a.length == b.length;
  }
};

/// Extent record (fact sheet 5.2): whole blocks of one region.
struct Extent {
  std::uint64_t dpa = 0;
  std::uint64_t length = 0;
  Tag tag;
  std::uint16_t sequence = 0;  ///< order among the extents of one tag of sharable capacity

  constexpr DpaRange range() const { return {dpa, length}; }
  friend bool operator==(const Extent& a, const Extent& b) {
    return a.range() == b.range() && a.tag == b.tag && a.sequence == b.sequence;
  }
};

/// The part of an extent that lies in a range which touches it.
inline Extent clip(Extent extent, const DpaRange& range) {
  const std::uint64_t begin = extent.dpa > range.base ? extent.dpa : range.base;
  const std::uint64_t end = extent.range().end() < range.end() ? extent.range().end() : range.end();
  extent.dpa = begin;
  extent.length = end - begin;
  return extent;
}

}  // namespace cxlpool::capacity
