// SPDX-License-Identifier: Apache-2.0
#include "models/address/decode_tree.h"

#include <algorithm>

namespace cxlpool::address {
namespace {

/// Keeps [first, last] to what lies within [low, high] (inclusive).
void narrow(Route& route, std::uint64_t low, std::uint64_t high) {
  route.first = std::max(route.first, low);
  route.last = std::min(route.last, high);
}

void narrow_to_granule(Route& route, std::uint64_t hpa, Interleave interleave) {
  if (interleave.ways() == 1) return;
  const std::uint64_t mask = interleave.granularity() - 1u;
  narrow(route, hpa & ~mask, hpa | mask);
}

void fail(Route& route, Cause cause, NodeIndex node, int decoder = -1) {
  route.cause = cause;
  route.node = node;
  route.decoder = decoder;
}

const PortView* find_port(const Node& node, std::uint8_t number) {
  for (const PortView& port : node.ports) {
    if (port.number == number) return &port;
  }
  return nullptr;
}

void reach_device(const Node& device, NodeIndex index, std::uint64_t hpa, Route& out) {
  if (!device.memory_enabled) return fail(out, Cause::memory_disabled, index);
  const DecodeRange* range = device.decoders->find(hpa);
  if (!range) {
    const auto miss = device.decoders->why_not(hpa);
    return fail(out, miss.cause, index, miss.decoder);
  }
  const std::uint64_t dpa = range->dpa(hpa);
  const std::uint64_t room = device.partitions.room(dpa);
  if (room == 0) return fail(out, Cause::beyond_capacity, index, range->index);
  narrow(out, range->base, range->base + (range->size - 1));
  narrow_to_granule(out, hpa, range->interleave);
  if (out.last - hpa > room - 1) out.last = hpa + (room - 1);
  out.node = index;
  out.decoder = range->index;
  out.dpa = dpa;
}

void reach_local(const DecodeTree::LocalMemory& local, std::uint64_t hpa, Route& out) {
  out.node = local.node;
  out.dpa = hpa - local.range.base;
  narrow(out, local.range.base, local.range.base + (local.range.size - 1));
}

/// Chooses the port of a bridge or switch; null when it failed.
const PortView* choose_port(const Node& node, NodeIndex index, std::uint64_t hpa, Route& out) {
  if (!node.decoders) {  // pass-through: one root port, everything goes there
    out.steps.push_back({index, -1, 0, node.ports.front().number});
    return &node.ports.front();
  }
  const DecodeRange* range = node.decoders->find(hpa);
  if (!range) {
    const auto miss = node.decoders->why_not(hpa);
    fail(out, miss.cause, index, miss.decoder);
    return nullptr;
  }
  narrow(out, range->base, range->base + (range->size - 1));
  narrow_to_granule(out, hpa, range->interleave);
  // Bridges and switches select by absolute address bits (sources.md 3.1).
  const unsigned target = range->interleave.position(hpa);
  out.steps.push_back({index, range->index, target, range->targets[target]});
  const PortView* port = find_port(node, range->targets[target]);
  if (!port) fail(out, Cause::no_port, index, range->index);
  return port;
}

}  // namespace

NodeIndex DecodeTree::bridge(std::uint32_t uid) const {
  for (const Bridge& bridge : bridges) {
    if (bridge.uid == uid) return bridge.node;
  }
  return no_node;
}

const FixedMemoryWindow* DecodeTree::window(std::uint64_t hpa) const {
  for (const FixedMemoryWindow& window : windows) {
    if (window.contains(hpa)) return &window;
  }
  return nullptr;
}

void descend(const DecodeTree& tree, NodeIndex index, std::uint64_t hpa, Route& out) {
  for (;;) {
    const Node& node = tree.nodes[index];
    if (node.kind == Node::Kind::device) return reach_device(node, index, hpa, out);
    if (node.kind == Node::Kind::foreign) {
      out.node = index;
      return;
    }
    const PortView* port = choose_port(node, index, hpa, out);
    if (!port) return;
    if (port->child == no_node) return fail(out, port->why, index, out.steps.back().decoder);
    index = port->child;
  }
}

void walk(const DecodeTree& tree, std::uint64_t hpa, Route& out) {
  out.cause = Cause::none;
  out.window = -1;
  out.window_target = 0;
  out.node = no_node;
  out.decoder = -1;
  out.dpa = 0;
  out.first = 0;
  out.last = ~0ull;
  out.steps.clear();

  if (tree.local && tree.local->range.contains(hpa)) return reach_local(*tree.local, hpa, out);
  const FixedMemoryWindow* window = tree.window(hpa);
  if (!window) return fail(out, Cause::no_window, no_node);
  out.window = static_cast<int>(window - tree.windows.data());
  narrow(out, window->base, window->base + (window->size - 1));
  narrow_to_granule(out, hpa, window->interleave);
  out.window_target = window->target_index(hpa);
  const NodeIndex bridge = tree.bridge(window->targets[out.window_target]);
  if (bridge == no_node) return fail(out, Cause::window_target, no_node);
  descend(tree, bridge, hpa, out);
}

Route walk(const DecodeTree& tree, std::uint64_t hpa) {
  Route route;
  walk(tree, hpa, route);
  return route;
}

std::vector<std::uint64_t> hpas_of(const DecodeTree& tree, NodeIndex device, std::uint64_t dpa) {
  std::vector<std::uint64_t> found;
  if (tree.local && tree.local->node == device) {
    if (dpa < tree.local->range.size) found.push_back(tree.local->range.base + dpa);
    return found;
  }
  Route route;
  for (const DecodeRange& range : tree.nodes[device].decoders->ranges()) {
    const std::uint64_t share = range.size / range.interleave.ways();
    if (dpa - range.dpa_base >= share) continue;
    for (unsigned position = 0; position < range.interleave.ways(); ++position) {
      const std::uint64_t offset = range.interleave.hpa_offset(dpa - range.dpa_base, position);
      if (offset >= range.size) continue;
      walk(tree, range.base + offset, route);
      if (route.good() && route.node == device && route.dpa == dpa) {
        found.push_back(range.base + offset);
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace cxlpool::address
