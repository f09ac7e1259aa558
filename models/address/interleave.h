// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "models/address/encoding.h"

namespace cxlpool::address {

/// Bits of a device physical address (DPA); the way up drops what lies above (sources.md 3.4).
inline constexpr unsigned dpa_bits = 52;

/// A legal pair of interleave ways and granularity, and the arithmetic of sources.md 3.2 to 3.4.
/// Offsets are bytes: HPA offsets count from the decoder's base, DPA offsets from where the
/// decoder's share of the device begins.
class Interleave {
 public:
  /// 1 way, 256 B.
  constexpr Interleave() = default;

  static std::optional<Interleave> from_codes(unsigned ways_code, unsigned granularity_code);
  static std::optional<Interleave> from_values(std::uint64_t ways, std::uint64_t granularity_bytes);

  unsigned ways() const { return is_multiple_of_3() ? 3u << (ways_code_ - 8) : 1u << ways_code_; }
  std::uint32_t granularity() const { return 256u << granularity_code_; }
  std::uint8_t ways_code() const { return ways_code_; }
  std::uint8_t granularity_code() const { return granularity_code_; }
  bool is_multiple_of_3() const { return ways_code_ >= 8; }
  /// log2(granularity): the lowest address bit that selects a way.
  unsigned shift() const { return granularity_code_ + 8u; }
  /// log2 of the power-of-two part of the ways: 0 for 1 and 3, 1 for 2 and 6, ...
  unsigned binary_ways_bits() const { return ways_code_ & 7u; }

  /// The device's share of an HPA offset: removes the interleave from it.
  std::uint64_t dpa_offset(std::uint64_t hpa_offset) const {
    const std::uint64_t granule = hpa_offset >> (shift() + binary_ways_bits());
    const std::uint64_t low = hpa_offset & (granularity() - 1u);
    return ((is_multiple_of_3() ? granule / 3 : granule) << shift()) | low;
  }

  /// Position in the set that an HPA offset belongs to, 0 to ways-1, for a set whose base is a
  /// multiple of ways x granularity. Callers that cannot promise that walk the decoders instead.
  unsigned position(std::uint64_t hpa_offset) const {
    const std::uint64_t granule = hpa_offset >> shift();
    const unsigned bits = binary_ways_bits();
    const unsigned binary = static_cast<unsigned>(granule) & ((1u << bits) - 1u);
    if (!is_multiple_of_3()) return binary;
    return static_cast<unsigned>((granule >> bits) % 3) << bits | binary;
  }

  /// Inverse of the two above: dpa_offset(x) == d and position(x) == p for the result x.
  /// `position` must be below ways(); bits of `dpa_offset` above dpa_bits are dropped.
  std::uint64_t hpa_offset(std::uint64_t dpa_offset, unsigned position) const;

  friend bool operator==(Interleave a, Interleave b) {
    return a.ways_code_ == b.ways_code_ && a.granularity_code_ == b.granularity_code_;
  }
  friend bool operator!=(Interleave a, Interleave b) { return !(a == b); }

 private:
  constexpr Interleave(std::uint8_t ways_code, std::uint8_t granularity_code)
      : ways_code_(ways_code), granularity_code_(granularity_code) {}

  std::uint8_t ways_code_ = 0;
  std::uint8_t granularity_code_ = 0;
};

}  // namespace cxlpool::address
