// SPDX-License-Identifier: Apache-2.0
#include "platforms/builder_parts.h"

#include <algorithm>

#include "platforms/capabilities.h"

namespace cxlpool::platforms {

std::string module_name(const std::string& label) {
  std::string name = label;
  std::replace(name.begin(), name.end(), '.', ':');
  return name;
}

address::FixedMemoryWindow make_window(const WindowDescription& described,
                                       const HostDescription& host) {
  address::FixedMemoryWindow window;
  window.base = described.base;
  window.size = described.size;
  window.interleave =
      address::Interleave::from_values(described.targets.size(), described.granularity).value();
  window.arithmetic = described.arithmetic;
  window.xor_maps = address::XorMaps(described.xor_maps);
  for (const std::string& target : described.targets) {
    const auto bridge =
        std::find_if(host.bridges.begin(), host.bridges.end(),
                     [&](const auto& candidate) { return candidate.name == target; });
    window.targets.push_back(bridge->uid);
  }
  window.restrictions = described.restrictions;
  window.qtg_id = described.qtg;
  return window;
}

fabric::HostBridge::Config make_bridge_config(const HostBridgeDescription& described,
                                              const std::string& label) {
  fabric::HostBridge::Config config;
  config.label = label;
  config.pass_through = passes_through(described);
  for (const RootPortDescription& port : described.root_ports) {
    address::PortView view;
    view.name = port.name;
    view.number = port.port;
    config.root_ports.push_back(std::move(view));
  }
  config.capability = make_capability(ComponentKind::host_bridge, described.capabilities);
  return config;
}

fabric::CxlSwitch::Config make_switch_config(const SwitchDescription& described) {
  fabric::CxlSwitch::Config config;
  config.label = described.name;
  config.upstream_ports = static_cast<unsigned>(described.upstream.size());
  for (const DownstreamPortDescription& port : described.downstream) {
    const auto bound =
        std::find(described.upstream.begin(), described.upstream.end(), port.bound_to);
    const int upstream = bound == described.upstream.end()
                             ? fabric::CxlSwitch::unbound
                             : static_cast<int>(bound - described.upstream.begin());
    config.downstream_ports.push_back({port.name, port.port, upstream});
  }
  config.capability = make_capability(ComponentKind::switch_upstream, described.capabilities);
  return config;
}

address::LocalRange make_local_range(const HostDescription& described) {
  return {described.timing.local->base, described.timing.local->size};
}

fabric::Type3Device::Config make_device_config(const DeviceDescription& described,
                                               fabric::DeviceId id) {
  fabric::Type3Device::Config config;
  config.label = described.name;
  config.id = id;
  config.partitions.volatile_bytes = described.volatile_bytes;
  config.partitions.persistent_bytes = described.persistent_bytes;
  config.capability = make_capability(ComponentKind::device, described.capabilities);
  config.backing_file = described.backing;
  return config;
}

}  // namespace cxlpool::platforms
