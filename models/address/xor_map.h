// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace cxlpool::address {

/// The XOR maps of a CXIMS record, as many as the window's root ways need (sources.md 2 and 3.5):
/// bit i of the target index is the parity of HPA & map i. They belong to the root level alone;
/// devices decode plainly. A `count` of the members below must not exceed maps().size().
class XorMaps {
 public:
  XorMaps() = default;
  explicit XorMaps(std::vector<std::uint64_t> maps) : maps_(std::move(maps)) {}

  /// Maps that a window of `ways` ways uses: log2 of its power-of-two part; 0 where `ways` is not
  /// legal.
  static unsigned needed(unsigned ways);

  const std::vector<std::uint64_t>& maps() const { return maps_; }

  /// The low `count` bits of a target index.
  unsigned index_bits(std::uint64_t hpa, unsigned count) const {
    unsigned index = 0;
    for (unsigned i = 0; i < count; ++i) {
      index |= static_cast<unsigned>(__builtin_parityll(hpa & maps_[i])) << i;
    }
    return index;
  }

  /// Replaces, map by map, the bit at each of the first `count` maps' lowest set bit by the parity
  /// of the address under the map: turns the address that modulo arithmetic would give into the
  /// one that XOR arithmetic gives, and back. Zero maps are skipped.
  std::uint64_t apply(std::uint64_t hpa, unsigned count) const;

 private:
  std::vector<std::uint64_t> maps_;
};

}  // namespace cxlpool::address
