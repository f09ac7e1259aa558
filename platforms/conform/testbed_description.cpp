// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/testbed_description.h"

#include <map>

namespace cxlpool::platforms {
namespace {

using timing::ps_per_ns;

Location at(const std::string& path) { return {{}, 0, 0, path}; }

WindowDescription describe(const VectorWindow& window) {
  WindowDescription description;
  description.base = window.base;
  description.size = window.size;
  description.targets = window.targets;
  description.granularity = static_cast<std::uint32_t>(window.granularity);
  description.arithmetic = window.arithmetic;
  description.xor_maps = window.xor_maps;
  description.location = at(window.path);
  return description;
}

HostBridgeDescription describe(const VectorBridge& bridge, std::uint32_t uid) {
  HostBridgeDescription description;
  description.name = bridge.name;
  description.uid = uid;
  description.passthrough = bridge.passthrough ? Passthrough::on : Passthrough::off;
  for (const VectorPort& port : bridge.root_ports) {
    description.root_ports.push_back({port.name, port.number});
  }
  description.location = at(bridge.path);
  return description;
}

/// What hangs from which port, by name.
std::map<std::string, std::string> ports_above(const VectorTopology& topology) {
  std::map<std::string, std::string> above;
  for (const VectorBridge& bridge : topology.bridges) {
    for (const VectorPort& port : bridge.root_ports) {
      above[port.child] = std::string(testbed_host) + "." + bridge.name + "." + port.name;
    }
  }
  for (const VectorSwitch& each : topology.switches) {
    for (const VectorPort& port : each.downstream_ports) {
      above[port.child] = each.name + "." + port.name;
    }
  }
  return above;
}

SwitchDescription describe(const VectorSwitch& each, const std::string& upstream) {
  SwitchDescription description;
  description.name = each.name;
  description.upstream = {upstream};
  for (const VectorPort& port : each.downstream_ports) {
    description.downstream.push_back({port.name, port.number, upstream});
  }
  description.location = at(each.path);
  return description;
}

std::vector<DynamicRegionDescription> dynamic_regions(const VectorDevice& device,
                                                      const VectorMemory& memory) {
  DynamicRegionDescription region;
  region.length = memory.size / device.dynamic_regions;
  region.block = device.dynamic_block;
  region.location = at(memory.path);
  return std::vector<DynamicRegionDescription>(device.dynamic_regions, region);
}

DeviceDescription describe(const VectorDevice& device, const std::string& upper) {
  DeviceDescription description;
  description.name = device.name;
  description.at = upper;
  for (const VectorMemory& memory : device.memory) {
    if (memory.kind == address::PartitionKind::volatile_memory) {
      description.volatile_bytes += memory.size;
    } else if (memory.kind == address::PartitionKind::persistent) {
      description.persistent_bytes += memory.size;
    } else {
      description.dynamic = dynamic_regions(device, memory);
    }
  }
  description.location = at(device.path);
  return description;
}

}  // namespace

PlatformDescription describe_testbed(const VectorTopology& topology,
                                     const ConformOptions& options) {
  PlatformDescription description;
  description.name = "vectors";
  description.default_link_latency = 0;
  HostDescription host;
  host.name = testbed_host;
  host.location = at(topology.path);
  for (const VectorWindow& window : topology.windows) host.windows.push_back(describe(window));
  // The witness gives a bridge's bus number as its UID; without one any number does.
  std::uint32_t spare_uid = 0x10000;
  for (const VectorBridge& bridge : topology.bridges) {
    host.bridges.push_back(describe(bridge, bridge.bus_nr.value_or(spare_uid++)));
  }
  description.hosts.push_back(std::move(host));

  auto above = ports_above(topology);
  // No two links alike, so that a delay that leaves one out shows.
  timing::Picoseconds latency = 20 * ps_per_ns;
  const auto add_link = [&](const std::string& lower) {
    LinkDescription link;
    link.upper = above[lower];
    link.lower = lower;
    if (options.mode != traffic::Mode::functional) link.latency = latency;
    latency += ps_per_ns;
    description.links.push_back(std::move(link));
  };
  for (const VectorSwitch& each : topology.switches) {
    description.switches.push_back(describe(each, above[each.name]));
    add_link(each.name);
  }
  for (const VectorDevice& each : topology.devices) {
    description.devices.push_back(describe(each, above[each.name]));
    add_link(each.name);
  }
  return description;
}

}  // namespace cxlpool::platforms
