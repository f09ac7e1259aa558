// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/list_names.h"

#include <fmt/format.h>

#include "platforms/inspect/wiring.h"

namespace cxlpool::platforms {

using address::DecodeTree;
using address::Node;
using address::NodeIndex;

namespace {

constexpr unsigned buses = 256;

std::string pci_address(unsigned segment, unsigned bus, unsigned device) {
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", segment, bus, device % 32, device / 32);
}

/// Whether a downstream port of a switch belongs to the virtual switch that the host enters by.
bool is_visible(const PlatformDescription& description, const DecodeTree& tree, NodeIndex index,
                std::size_t port) {
  const Node& node = tree.nodes[index];
  if (node.kind != Node::Kind::switch_upstream) return true;
  if (node.ports[port].child != address::no_node) return true;
  if (node.ports[port].why == address::Cause::link_down) return true;
  if (node.parent == address::no_node) return false;
  const Node& parent = tree.nodes[node.parent];
  for (std::size_t i = 0; i < parent.ports.size(); ++i) {
    if (parent.ports[i].child != index) continue;
    const Wire up = wire_below(description, parent, i);
    return binding_of(description, wire_below(description, node, port).upper) == up.upper;
  }
  return false;
}

}  // namespace

ListNames::ListNames(const PlatformDescription& description, const DecodeTree& tree)
    : tree_(tree), entries_(tree.nodes.size()) {
  number(description);
  if (!enumerate(description, false)) enumerate(description, true);
}

void ListNames::number(const PlatformDescription& description) {
  int next_port = 1;
  int next_memdev = 0;
  for (const DecodeTree::Bridge& bridge : tree_.bridges) {
    if (bridge.node == address::no_node) continue;
    entries_[bridge.node].port_id = next_port++;
    entries_[bridge.node].depth = 1;
  }
  for (const DeviceDescription& device : description.devices) {
    const NodeIndex found = find_device_node(tree_, device.name);
    if (found == address::no_node) continue;
    std::vector<NodeIndex> path;  // upwards
    for (NodeIndex node = found; node != address::no_node; node = tree_.nodes[node].parent) {
      path.push_back(node);
    }
    for (std::size_t i = path.size(); i-- > 0;) {
      Entry& entry = entries_[path[i]];
      if (entry.port_id < 0) entry.port_id = next_port++;
      entry.depth = static_cast<unsigned>(path.size() - i);
    }
    entries_[found].memdev_id = next_memdev++;
  }
  for (NodeIndex i = 0; i < tree_.nodes.size(); ++i) {  // switches without devices
    if (entries_[i].port_id >= 0 || tree_.nodes[i].parent == address::no_node) continue;
    entries_[i].port_id = next_port++;
    entries_[i].depth = entries_[tree_.nodes[i].parent].depth + 1;
  }
}

bool ListNames::enumerate(const PlatformDescription& description, bool segments) {
  std::vector<bool> taken(buses, false);
  bool distinct = true;
  unsigned index = 0;
  for (const DecodeTree::Bridge& bridge : tree_.bridges) {
    const unsigned segment = segments ? index : 0;
    ++index;
    if (bridge.node == address::no_node) continue;
    const unsigned bus = bridge.uid % buses;
    entries_[bridge.node].pci = fmt::format("pci{:04x}:{:02x}", segment, bus);
    const unsigned last = enumerate_below(description, bridge.node, segment, bus, bus);
    for (unsigned i = bus; i <= last; ++i) {
      distinct = distinct && i < buses && !taken[i];
      if (i < buses) taken[i] = true;
    }
  }
  return distinct;
}

unsigned ListNames::enumerate_below(const PlatformDescription& description, NodeIndex index,
                                    unsigned segment, unsigned bus, unsigned last_bus) {
  const Node& node = tree_.nodes[index];
  entries_[index].ports.assign(node.ports.size(), {});
  unsigned device = 0;
  for (std::size_t i = 0; i < node.ports.size(); ++i) {
    if (!is_visible(description, tree_, index, i)) continue;
    entries_[index].ports[i] = pci_address(segment, bus, device++);
    const unsigned secondary = ++last_bus;
    const NodeIndex child = node.ports[i].child;
    if (child == address::no_node) continue;
    entries_[child].parent = entries_[index].ports[i];
    entries_[child].pci = pci_address(segment, secondary, 0);
    if (tree_.nodes[child].kind != Node::Kind::switch_upstream) continue;
    const unsigned internal = ++last_bus;
    last_bus = enumerate_below(description, child, segment, internal, internal);
  }
  return last_bus;
}

}  // namespace cxlpool::platforms
