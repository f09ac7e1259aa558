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

fabric::CxlSwitch::Config make_switch_config(const SwitchDescription& described, bool manages) {
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
  config.control.tunnel = manages;
  return config;
}

address::LocalRange make_local_range(const HostDescription& described) {
  return {described.timing.local->base, described.timing.local->size};
}

command::Type3Config make_command_config(const DeviceDescription& described) {
  command::Type3Config config;
  const MailboxDescription& mailbox = described.mailbox;
  config.identity.serial = described.serial;
  config.firmware_revision = mailbox.firmware;
  config.volatile_bytes = described.volatile_bytes;
  config.persistent_bytes = described.persistent_bytes;
  config.partition_alignment_bytes = mailbox.partition_alignment;
  config.lsa_bytes = static_cast<std::uint32_t>(mailbox.label_storage);
  config.poison_list_records = mailbox.poison_records;
  config.reported_log_sizes.back() = static_cast<std::uint16_t>(mailbox.event_records);
  config.events.depth = mailbox.event_records;
  config.max_payload_bytes = mailbox.payload;
  return config;
}

std::uint64_t least_block(const PlatformDescription& platform) {
  std::uint64_t least = fabric::Host::part_bytes;
  for (const DeviceDescription& device : platform.devices) {
    for (const DynamicRegionDescription& region : device.dynamic) {
      least = std::min(least, region.block);
    }
  }
  return least;
}

capacity::DynamicCapacity::Config make_capacity_config(const DeviceDescription& described,
                                                       std::uint64_t base) {
  capacity::DynamicCapacity::Config config;
  config.extents = described.mailbox.extents;
  config.tags = described.mailbox.tags;
  // CDAT entries are counted over the partitions that there are, then the regions.
  auto handle = static_cast<std::uint32_t>((described.volatile_bytes != 0 ? 1 : 0) +
                                           (described.persistent_bytes != 0 ? 1 : 0));
  for (const DynamicRegionDescription& each : described.dynamic) {
    capacity::Region region;
    region.base = base;
    region.decode_length = each.dpa_bytes();
    region.length = each.length;
    region.block = each.block;
    region.dsmad_handle = each.dsmad.value_or(handle++);
    region.sanitize_on_release = each.sanitize;
    region.sharable = each.sharable;
    region.non_volatile = each.non_volatile;
    region.hardware_coherent = each.hardware_coherent;
    region.read_only = each.read_only;
    base += region.decode_length;
    config.regions.push_back(region);
  }
  return config;
}

fabric::Type3Device::Config make_device_config(const DeviceDescription& described,
                                               fabric::DeviceId id) {
  fabric::Type3Device::Config config;
  config.label = described.name;
  config.id = id;
  config.partitions.volatile_bytes = described.volatile_bytes;
  config.partitions.persistent_bytes = described.persistent_bytes;
  config.partitions.dynamic_bytes = described.dynamic_bytes();
  config.capability = make_capability(ComponentKind::device, described.capabilities);
  config.backing_file = described.backing;
  config.control.commands = make_command_config(described);
  config.control.dynamic_base = config.partitions.base(address::PartitionKind::dynamic);
  if (!described.dynamic.empty()) {
    config.control.dynamic = make_capacity_config(described, config.control.dynamic_base);
  }
  return config;
}

}  // namespace cxlpool::platforms
