// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/wiring.h"

#include <fmt/format.h>

namespace cxlpool::platforms {

using address::Node;
using address::NodeIndex;

namespace {

const SwitchDescription* find_switch(const PlatformDescription& description,
                                     const std::string& label) {
  for (const SwitchDescription& described : description.switches) {
    if (described.name == label) return &described;
  }
  return nullptr;
}

/// The label of a switch without the upstream port that a tree adds where there are several.
std::string without_upstream_port(const PlatformDescription& description,
                                  const std::string& label) {
  if (find_switch(description, label)) return label;
  return label.substr(0, label.rfind(".usp"));
}

timing::Picoseconds latency_of(const PlatformDescription& description, const Wire& wire) {
  for (const LinkDescription& link : description.links) {
    if (link.upper == wire.upper && link.lower == wire.lower) return link.latency;
  }
  return description.default_link_latency;
}

}  // namespace

Wire wire_below(const PlatformDescription& description, const Node& node, std::size_t port) {
  Wire wire;
  const std::string owner = node.kind == Node::Kind::switch_upstream
                                ? without_upstream_port(description, node.name)
                                : node.name;
  wire.upper = owner + "." + node.ports[port].name;
  for (const SwitchDescription& described : description.switches) {
    for (const std::string& upstream : described.upstream) {
      if (upstream != wire.upper) continue;
      wire.end = Wire::End::cxl_switch;
      wire.lower = described.name;
    }
  }
  for (const DeviceDescription& described : description.devices) {
    if (described.at != wire.upper) continue;
    wire.end = Wire::End::device;
    wire.lower = described.name;
  }
  if (wire.end != Wire::End::nothing) wire.latency = latency_of(description, wire);
  return wire;
}

std::string binding_of(const PlatformDescription& description, const std::string& upper) {
  const std::size_t dot = upper.find('.');
  const SwitchDescription* described =
      dot == std::string::npos ? nullptr : find_switch(description, upper.substr(0, dot));
  if (!described) return {};
  for (const DownstreamPortDescription& port : described->downstream) {
    if (port.name == upper.substr(dot + 1)) return port.bound_to;
  }
  return {};
}

std::string describe_attachment(const PlatformDescription& description,
                                const DeviceDescription& device) {
  const std::string bound = binding_of(description, device.at);
  const bool at_switch = find_switch(description, device.at.substr(0, device.at.find('.')));
  if (!at_switch) return device.at;
  if (bound.empty()) return device.at + ", which is bound to no upstream port";
  return fmt::format("{}, which is bound to {}", device.at, bound);
}

NodeIndex find_device_node(const address::DecodeTree& tree, const std::string& device) {
  for (NodeIndex i = 0; i < tree.nodes.size(); ++i) {
    if (tree.nodes[i].kind == Node::Kind::device && tree.nodes[i].name == device) return i;
  }
  return address::no_node;
}

const DeviceDescription* find_device_description(const PlatformDescription& description,
                                                 const std::string& device) {
  for (const DeviceDescription& described : description.devices) {
    if (described.name == device) return &described;
  }
  return nullptr;
}

const char* kind_name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::host_bridge:
      return "host bridge";
    case Node::Kind::switch_upstream:
      return "switch";
    case Node::Kind::device:
      return "device";
    case Node::Kind::local_memory:
      return "local memory";
    case Node::Kind::foreign:
      break;
  }
  return "foreign target";
}

}  // namespace cxlpool::platforms
