// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <variant>
#include <vector>

#include "models/address/decode_tree.h"
#include "models/management/region.h"

/// The bridges and switches that a region's accesses pass, and how each must spread them (fact
/// sheet 3.6). Part of plan_region().
namespace cxlpool::management {

/// How one bridge or switch takes part in a region.
struct PortUse {
  address::NodeIndex node = address::no_node;
  /// In target order: the order in which positions first pass them.
  std::vector<const address::PortView*> targets;
  /// Region positions below, ascending: the k-th belongs to target k modulo the targets.
  std::vector<std::size_t> positions;
  address::Interleave interleave;
};

struct RegionPaths {
  std::vector<PortUse> uses;  ///< each above the ones below it
  /// Per position, from just above the endpoint to the host bridge: indices into `uses`.
  std::vector<std::vector<std::size_t>> upwards;
};

/// Refuses devices that are not where the window and the switches send their position's accesses.
/// Every device must be a Kind::device of the tree, with decoders, and come once; `interleave` is
/// the region's.
std::variant<RegionPaths, RegionRefusal> find_paths(const address::DecodeTree& tree,
                                                    const address::FixedMemoryWindow& window,
                                                    const std::vector<address::NodeIndex>& devices,
                                                    address::Interleave interleave);

/// Whether the component's capability register offers the ways, and the address bits that the set
/// consumes (sources.md 1.4).
std::optional<RegionRefusal> check_capability(const address::Node& node,
                                              address::Interleave interleave);

}  // namespace cxlpool::management
