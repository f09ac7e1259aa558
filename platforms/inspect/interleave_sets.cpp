// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/interleave_sets.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cxlpool::platforms {

using address::DecodeTree;
using address::NodeIndex;

namespace {

int window_of(const DecodeTree& tree, std::uint64_t base, std::uint64_t size) {
  for (std::size_t i = 0; i < tree.windows.size(); ++i) {
    const auto& window = tree.windows[i];
    if (window.contains(base) && size <= window.size - (base - window.base)) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

/// Follows the first granule of every position down to the member that it reaches.
void place_by_routes(const DecodeTree& tree, InterleaveSet& set) {
  if (set.window < 0) return;
  const auto& window = tree.windows[static_cast<std::size_t>(set.window)];
  if (!window.violations().empty()) return;  // its arithmetic is not defined
  const bool exclusive_or = window.arithmetic == address::Arithmetic::exclusive_or;
  const unsigned maps = exclusive_or ? window.interleave.binary_ways_bits() : 0;
  for (unsigned position = set.interleave.ways(); position-- > 0;) {
    const std::uint64_t hpa = set.base + position * std::uint64_t{set.interleave.granularity()};
    const address::Route route = address::walk(tree, window.xor_maps.apply(hpa, maps));
    if (!route.good()) continue;
    for (InterleaveSet::Member& member : set.members) {
      if (member.node == route.node) member.position = position;
    }
  }
}

void place_by_description(const Platform& platform, const DecodeTree& tree,
                          const Programming& programming, std::size_t host, InterleaveSet& set) {
  for (std::size_t i = 0; i < programming.regions.size(); ++i) {
    const ProgrammedRegion& region = programming.regions[i];
    if (!region.made() || region.host != host) continue;
    if (region.plan.base != set.base || region.plan.size != set.size) continue;
    set.name = region.name;
    const auto& devices = platform.description().regions[i].devices;
    for (InterleaveSet::Member& member : set.members) {
      const auto at = std::find(devices.begin(), devices.end(), tree.nodes[member.node].name);
      if (at != devices.end()) member.position = static_cast<unsigned>(at - devices.begin());
    }
  }
}

}  // namespace

std::vector<InterleaveSet> find_interleave_sets(Platform& platform, std::size_t host,
                                                const Programming& programming) {
  const DecodeTree& tree = platform.host(host).topology().tree;
  std::map<std::pair<std::uint64_t, std::uint64_t>, InterleaveSet> by_range;
  for (NodeIndex node = 0; node < tree.nodes.size(); ++node) {
    if (tree.nodes[node].kind != address::Node::Kind::device) continue;
    for (const auto& range : tree.nodes[node].decoders->ranges()) {
      InterleaveSet& set = by_range[{range.base, range.size}];
      if (set.members.empty()) {
        set.base = range.base;
        set.size = range.size;
        set.interleave = range.interleave;
      }
      const auto order = static_cast<unsigned>(set.members.size());
      set.members.push_back({node, range.index, order});
    }
  }
  std::vector<InterleaveSet> sets;
  for (auto& [range, set] : by_range) {
    set.window = window_of(tree, set.base, set.size);
    place_by_routes(tree, set);
    place_by_description(platform, tree, programming, host, set);
    std::stable_sort(set.members.begin(), set.members.end(),
                     [](const auto& a, const auto& b) { return a.position < b.position; });
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace cxlpool::platforms
