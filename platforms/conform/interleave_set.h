// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "platforms/conform/vector_topology.h"

namespace cxlpool::platforms {

/// An interleave set over one window: how many ways each level has, and at which granularity.
/// Levels of one way are left out: the bridge passes through, and no switch is there.
struct InterleaveSet {
  unsigned root_ways = 1, bridge_ways = 1, switch_ways = 1;
  std::uint64_t root_granularity = 256, bridge_granularity = 256, switch_granularity = 256;
  bool is_xor = false;

  auto key() const {
    return std::tie(root_ways, bridge_ways, switch_ways, root_granularity, bridge_granularity,
                    switch_granularity, is_xor);
  }
  bool operator<(const InterleaveSet& other) const { return key() < other.key(); }

  unsigned ways() const { return root_ways * bridge_ways * switch_ways; }

  /// Where a set's window begins: a multiple of everything that an alignment asks for, above all
  /// address bits that a set's XOR maps may look at.
  static constexpr unsigned offset_bits = 44;
  static constexpr std::uint64_t base = 3ull << offset_bits;
  static constexpr std::uint64_t device_bytes = 1ull << 40;

  /// The device below these indices of the levels.
  static std::string device(unsigned root, unsigned bridge, unsigned switch_index);
};

/// The set as a programmed topology; nothing where its levels cannot be programmed.
std::optional<VectorTopology> make_topology(const InterleaveSet& set,
                                            const std::vector<std::uint64_t>& xor_maps);

/// The ways to make a set of `ways` from a root of `root_ways` (0: any) and powers of two below,
/// with the granularities that Linux gives them.
std::vector<InterleaveSet> sets_of(unsigned ways, std::uint64_t granularity, unsigned root_ways,
                                   bool is_xor);

}  // namespace cxlpool::platforms
