// SPDX-License-Identifier: Apache-2.0
#include "models/address/compiled_routes.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace cxlpool::address {
namespace {

/// The address bits that bridges and switches below the root select by, over one segment.
struct LowerBits {
  unsigned low = 64;
  unsigned end = 0;
  unsigned count() const { return low < end ? end - low : 0; }
};

LowerBits lower_bits(const DecodeTree& tree, std::uint64_t first, std::uint64_t last) {
  LowerBits bits;
  for (const Node& node : tree.nodes) {
    if (node.is_endpoint() || !node.decoders) continue;
    for (const DecodeRange& range : node.decoders->ranges()) {
      const bool apart = range.base > last || range.base + (range.size - 1) < first;
      if (apart || range.interleave.ways() == 1) continue;
      bits.low = std::min(bits.low, range.interleave.shift());
      bits.end = std::max(bits.end, range.interleave.shift() + range.interleave.binary_ways_bits());
    }
  }
  return bits;
}

/// First addresses of the stretches over which no decoder of the tree begins or ends.
std::vector<std::uint64_t> cuts(const DecodeTree& tree, std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> edges{first};
  const auto add = [&](std::uint64_t edge) {
    if (edge > first && edge <= last) edges.push_back(edge);
  };
  for (const Node& node : tree.nodes) {
    if (!node.decoders) continue;
    // Uncommitted decoders too: they decide which failure an address meets.
    for (unsigned i = 0; i < node.decoders->decoder_count(); ++i) {
      if (node.decoders->size(i) == 0) continue;
      add(node.decoders->base(i));
      add(node.decoders->base(i) + node.decoders->size(i));
    }
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

CompiledRoutes::Leaf make_leaf(const DecodeTree& tree, const Route& route, std::uint64_t hpa) {
  CompiledRoutes::Leaf leaf;
  leaf.node = route.node;
  leaf.decoder = route.decoder;
  // Capacity is compared access by access: a decoder may run past it in the middle of a segment.
  leaf.cause = route.cause == Cause::beyond_capacity ? Cause::none : route.cause;
  if (leaf.cause != Cause::none) return leaf;
  const Node& node = tree.nodes[route.node];
  leaf.foreign = node.kind == Node::Kind::foreign;
  if (leaf.foreign) return leaf;
  const DecodeRange& range = *node.decoders->find(hpa);
  leaf.base = range.base;
  leaf.dpa_base = range.dpa_base;
  leaf.set_interleave(range.interleave);
  leaf.static_end =
      node.partitions.base(PartitionKind::persistent) + node.partitions.persistent_bytes;
  leaf.dynamic_base = node.partitions.base(PartitionKind::dynamic);
  leaf.end = node.partitions.end();
  return leaf;
}

}  // namespace

CompiledRoutes::CompiledRoutes(const DecodeTree& tree) : windows_(tree.windows) {
  std::vector<const FixedMemoryWindow*> order;
  for (const FixedMemoryWindow& window : windows_) order.push_back(&window);
  std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->base < b->base; });
  for (const FixedMemoryWindow* window : order) add_window(tree, *window);
  if (tree.local) add_local(*tree.local);
}

void CompiledRoutes::add_local(const DecodeTree::LocalMemory& local) {
  Segment segment;
  segment.first = local.range.base;
  segment.extent = local.range.size - 1;
  segment.table = table_.size();
  Leaf leaf;
  leaf.node = local.node;
  leaf.base = local.range.base;
  leaf.static_end = local.range.size;
  table_.push_back(static_cast<std::uint32_t>(leaves_.size()));
  leaves_.push_back(leaf);
  const auto at = std::find_if(segments_.begin(), segments_.end(),
                               [&](const Segment& s) { return s.first > segment.first; });
  segments_.insert(at, segment);
}

void CompiledRoutes::add_window(const DecodeTree& tree, const FixedMemoryWindow& window) {
  const std::uint64_t last = window.base + (window.size - 1);
  const auto edges = cuts(tree, window.base, last);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    add_segment(tree, window, edges[i], i + 1 < edges.size() ? edges[i + 1] - 1 : last);
  }
}

void CompiledRoutes::add_segment(const DecodeTree& tree, const FixedMemoryWindow& window,
                                 std::uint64_t first, std::uint64_t last) {
  const LowerBits bits = lower_bits(tree, first, last);
  const unsigned ways = window.interleave.ways();
  Segment segment;
  segment.first = first;
  segment.extent = last - first;
  segment.window = &window;
  segment.root_is_binary = ways == 1 || (window.arithmetic == Arithmetic::modulo &&
                                         !window.interleave.is_multiple_of_3());
  segment.root_mask = ways - 1;
  segment.root_shift = static_cast<std::uint8_t>(window.interleave.shift());
  segment.lower_bits = static_cast<std::uint8_t>(bits.count());
  segment.lower_shift = static_cast<std::uint8_t>(bits.count() ? bits.low : 0);
  segment.lower_mask = (1u << bits.count()) - 1;
  segment.table = table_.size();

  using Key = std::tuple<NodeIndex, Cause, int>;
  std::map<Key, std::uint32_t> known;
  Route route;
  for (unsigned root = 0; root < ways; ++root) {
    const NodeIndex bridge = tree.bridge(window.targets[root]);
    for (std::uint64_t k = 0; k <= segment.lower_mask; ++k) {
      // Segments begin at a multiple of 256 MiB, far above every selecting bit.
      const std::uint64_t hpa = first + (k << segment.lower_shift);
      route = Route{};
      if (bridge == no_node) {
        route.cause = Cause::window_target;
      } else {
        descend(tree, bridge, hpa, route);
      }
      const Leaf leaf = make_leaf(tree, route, hpa);
      const auto [place, added] = known.try_emplace({leaf.node, leaf.cause, leaf.decoder},
                                                    static_cast<std::uint32_t>(leaves_.size()));
      if (added) leaves_.push_back(leaf);
      table_.push_back(place->second);
    }
  }
  segments_.push_back(segment);
}

const CompiledRoutes::Segment* CompiledRoutes::search(std::uint64_t hpa) const {
  auto after = std::upper_bound(segments_.begin(), segments_.end(), hpa,
                                [](std::uint64_t a, const Segment& s) { return a < s.first; });
  if (after == segments_.begin()) return nullptr;
  const Segment& segment = *std::prev(after);
  return hpa - segment.first <= segment.extent ? &segment : nullptr;
}

}  // namespace cxlpool::address
