// SPDX-License-Identifier: Apache-2.0
#include "platforms/builder.h"

#include <algorithm>
#include <stdexcept>

#include "platforms/builder_parts.h"
#include "platforms/builder_timing.h"

namespace cxlpool::platforms {

using address::ComponentKind;

Platform::Platform(const PlatformDescription& description, const Options& options)
    : description_(description), bind_(options.bind) {
  if (options.timed) {
    time_ = std::make_unique<fabric::Timekeeper>("timekeeper");
    stations_ = std::make_unique<StationFactory>(
        *time_, std::max(options.in_order ? 0 : description.quantum, slowest_way(description)));
  }
  build_hosts(options);
  build_switches();
  build_devices();
  build_local_memories();
  connect_switches();
  connect_devices();
  connect_registers();
  connect_controls();
}

Platform::~Platform() = default;

void Platform::start() { sc_core::sc_start(sc_core::SC_ZERO_TIME); }

template <typename Upper, typename Lower>
void Platform::connect(const std::string& upper_name, Upper& upper, const std::string& lower_name,
                       Lower& lower) {
  if (bind_) {
    bind_(upper_name + "-" + lower_name, upper, lower);
  } else {
    upper.bind(lower);
  }
}

void Platform::build_hosts(const Options& options) {
  for (const HostDescription& host : description_.hosts) build_host(host, options);
}

void Platform::build_host(const HostDescription& described, const Options& options) {
  const std::size_t index = hosts_.size();
  fabric::Host::Config config;
  config.label = described.name;
  config.id = static_cast<fabric::HostId>(index);
  config.compiled_routes = options.compiled_routes;
  config.least_block = least_block(description_);
  config.cores = 1 + (index < options.extra_cores.size() ? options.extra_cores[index] : 0);
  for (const auto& bridge : described.bridges) config.bridge_uids.push_back(bridge.uid);
  for (const auto& window : described.windows) {
    config.windows.push_back(make_window(window, described));
  }
  if (described.timing.local) config.local = make_local_range(described);
  hosts_.push_back(std::make_unique<fabric::Host>(
      module_name(described.name).c_str(), config,
      time_ ? make_host_timing(described, *stations_) : fabric::HostTiming{}));
  fabric::Host& host = *hosts_.back();

  direct_.push_back(
      std::make_unique<fabric::DirectInitiator>(module_name(described.name + ".direct").c_str()));
  connect(described.name + ".direct", direct_.back()->socket, described.name, host.core[0]);

  for (unsigned i = 0; i < described.bridges.size(); ++i) {
    const std::string label = described.name + "." + described.bridges[i].name;
    fabric::HostBridge::Config bridge_config = make_bridge_config(described.bridges[i], label);
    bridge_config.time = time_.get();
    bridges_.push_back(
        std::make_unique<fabric::HostBridge>(module_name(label).c_str(), bridge_config));
    fabric::HostBridge& bridge = *bridges_.back();
    connect(described.name, host.bridge[i], label, bridge.usp[0]);
    for (unsigned p = 0; p < described.bridges[i].root_ports.size(); ++p) {
      ports_[label + "." + described.bridges[i].root_ports[p].name] = {&bridge, p};
    }
    add_component(label, ComponentKind::host_bridge, bridge.mmio, bridge.decoders());
  }
}

void Platform::build_switches() {
  for (const SwitchDescription& described : description_.switches) {
    fabric::SwitchTiming timing;
    if (time_) {
      const unsigned room = credits(described.upstream.front(), described.name);
      timing = make_switch_timing(described, room, *stations_);
    }
    switches_.push_back(std::make_unique<fabric::CxlSwitch>(
        module_name(described.name).c_str(),
        make_switch_config(described, described.name == fabric_manager(description_)),
        std::move(timing)));
    fabric::CxlSwitch& cxl_switch = *switches_.back();
    for (unsigned p = 0; p < described.downstream.size(); ++p) {
      ports_[described.name + "." + described.downstream[p].name] = {&cxl_switch, p};
    }
    const bool several = described.upstream.size() > 1;
    for (unsigned u = 0; u < described.upstream.size(); ++u) {
      add_component(described.name + (several ? ".usp" + std::to_string(u) : ""),
                    ComponentKind::switch_upstream, cxl_switch.mmio[u], &cxl_switch.decoders(u));
    }
  }
}

void Platform::build_devices() {
  for (const DeviceDescription& described : description_.devices) {
    const auto id = static_cast<fabric::DeviceId>(devices_.size());
    std::unique_ptr<fabric::EndpointTiming> timing;
    if (time_) {
      timing = make_device_timing(described, credits(described.at, described.name), *stations_);
    }
    fabric::Type3Device::Config config = make_device_config(described, id);
    if (described.dynamic_backing == DynamicBacking::tagged) config.control.backends = &backends_;
    config.control.manages = described.name == fabric_manager(description_);
    devices_.push_back(std::make_unique<fabric::Type3Device>(module_name(described.name).c_str(),
                                                             std::move(config), std::move(timing)));
    add_component(described.name, ComponentKind::device, devices_.back()->mmio,
                  &devices_.back()->decoders());
  }
}

void Platform::build_local_memories() {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const HostDescription& described = description_.hosts[i];
    if (!described.timing.local) continue;
    fabric::LocalMemory::Config config;
    config.label = described.name + ".local";
    config.id = static_cast<fabric::DeviceId>(devices_.size() + local_memories_.size());
    config.range = make_local_range(described);
    local_memories_.push_back(std::make_unique<fabric::LocalMemory>(
        module_name(config.label).c_str(), config,
        time_ ? make_local_timing(described, *stations_) : nullptr));
    connect(described.name, hosts_[i]->bridge[described.bridges.size()], config.label,
            local_memories_.back()->usp);
  }
}

void Platform::connect_switches() {
  for (std::size_t i = 0; i < switches_.size(); ++i) {
    const SwitchDescription& described = description_.switches[i];
    for (unsigned u = 0; u < described.upstream.size(); ++u) {
      add_link(described.upstream[u], described.name, &switches_[i]->usp[u], nullptr, true);
    }
  }
}

void Platform::connect_devices() {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const DeviceDescription& described = description_.devices[i];
    device_links_.push_back(
        &add_link(described.at, described.name, nullptr, &devices_[i]->usp, described.plugged));
  }
}

fabric::Link& Platform::add_link(const std::string& upper, const std::string& lower,
                                 fabric::Hop::UpstreamSocket* hop_side,
                                 tlm_utils::simple_target_socket<fabric::Endpoint>* device_side,
                                 bool up) {
  fabric::Link::Config config;
  config.label = upper + "-" + lower;
  config.latency = fabric::to_sc_time(link_latency(upper, lower));
  config.up = up;
  fabric::LinkTiming timing;
  if (time_) {
    const LinkEnds ends{find_switch(upper.substr(0, upper.find('.'))), find_switch(lower)};
    timing = make_link_timing(config.label, physical_link(upper, lower), link_latency(upper, lower),
                              ends, *stations_);
  }
  links_.push_back(
      std::make_unique<fabric::Link>(module_name(config.label).c_str(), config, std::move(timing)));
  fabric::Link& link = *links_.back();
  const PortRef port = ports_.at(upper);
  connect(upper, port.hop->dsp[port.index], config.label, link.usp[0]);
  if (hop_side) {
    connect(config.label, link.dsp[0], lower, *hop_side);
  } else {
    connect(config.label, link.dsp[0], lower, *device_side);
  }
  return link;
}

const LinkDescription* Platform::find_link(const std::string& upper,
                                           const std::string& lower) const {
  for (const LinkDescription& link : description_.links) {
    if (link.upper == upper && link.lower == lower) return &link;
  }
  return nullptr;
}

timing::Picoseconds Platform::link_latency(const std::string& upper,
                                           const std::string& lower) const {
  const LinkDescription* link = find_link(upper, lower);
  return link ? link->latency : description_.default_link_latency;
}

/// Null: a constant latency.
const PhysicalLinkDescription* Platform::physical_link(const std::string& upper,
                                                       const std::string& lower) const {
  const LinkDescription* link = find_link(upper, lower);
  const auto& physical = link ? link->physical : description_.default_link;
  return physical ? &*physical : nullptr;
}

/// Messages that the receiver below has room for.
unsigned Platform::credits(const std::string& upper, const std::string& lower) const {
  const PhysicalLinkDescription* physical = physical_link(upper, lower);
  return physical ? physical->credits : PhysicalLinkDescription{}.credits;
}

const SwitchDescription* Platform::find_switch(const std::string& name) const {
  for (const SwitchDescription& described : description_.switches) {
    if (described.name == name) return &described;
  }
  return nullptr;
}

void Platform::add_component(std::string label, ComponentKind kind, fabric::MmioSocket& mmio,
                             const address::HdmDecoderBlock* decoders) {
  const auto block = static_cast<unsigned>(components_.size());
  components_.push_back({std::move(label), kind, block, decoders});
  mmio_targets_.push_back(&mmio);
}

/// Tells switches what hangs from their ports.
void Platform::connect_controls() {
  const auto attach = [&](const std::string& port, auto&& what) {
    const auto hop = ports_.find(port);
    if (hop == ports_.end()) return;
    for (std::size_t i = 0; i < switches_.size(); ++i) {
      if (switches_[i].get() != hop->second.hop) continue;
      what(switches_[i]->control(), description_.switches[i].downstream[hop->second.index].port);
    }
  };
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    attach(description_.devices[i].at, [&](fabric::SwitchControl& control, std::uint8_t port) {
      control.attach(port, *devices_[i], [link = device_links_[i]] { return link->is_up(); });
    });
  }
  for (const SwitchDescription& described : description_.switches) {
    for (const std::string& upstream : described.upstream) {
      attach(upstream, [](fabric::SwitchControl& control, std::uint8_t port) {
        control.attach_switch(port);
      });
    }
  }
}

void Platform::connect_registers() {
  mmio_ = std::make_unique<fabric::MmioMaster>("mmio", static_cast<unsigned>(mmio_targets_.size()));
  for (unsigned i = 0; i < mmio_targets_.size(); ++i) {
    connect("mmio", mmio_->block[i], components_[i].label, *mmio_targets_[i]);
  }
}

std::size_t Platform::host_index(const std::string& name) const {
  for (std::size_t i = 0; i < description_.hosts.size(); ++i) {
    if (description_.hosts[i].name == name) return i;
  }
  throw std::logic_error("no host " + name);
}

fabric::Type3Device* Platform::find_device(const std::string& name) {
  for (auto& device : devices_) {
    if (device->label() == name) return device.get();
  }
  return nullptr;
}

std::vector<fabric::Endpoint*> Platform::endpoints() {
  std::vector<fabric::Endpoint*> all;
  for (auto& device : devices_) all.push_back(device.get());
  for (auto& memory : local_memories_) all.push_back(memory.get());
  return all;
}

const Component* Platform::find_component(const std::string& label) const {
  const auto at =
      std::find_if(components_.begin(), components_.end(),
                   [&](const Component& component) { return component.label == label; });
  return at == components_.end() ? nullptr : &*at;
}

bool Platform::is_plugged(const std::string& device) const {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    if (devices_[i]->label() == device) return device_links_[i]->is_up();
  }
  return false;
}

void Platform::plug(const std::string& device) {
  const auto id = static_cast<std::size_t>(find_device(device)->id());
  device_links_[id]->set_up(true);
}

void Platform::unplug(const std::string& device) {
  fabric::Type3Device& removed = *find_device(device);
  device_links_[static_cast<std::size_t>(removed.id())]->set_up(false);
  removed.power_cycle();
}

void Platform::hot_reset() {
  for (auto& bridge : bridges_) bridge->hot_reset();
  for (auto& each : switches_) each->hot_reset();
  for (auto& device : devices_) device->hot_reset();
}

std::vector<Platform::LabelledCounters> Platform::counters() {
  for (auto& host : hosts_) host->settle_counters();
  std::vector<LabelledCounters> all;
  for (auto& host : hosts_) all.push_back({host->label(), "host", &host->counters()});
  for (auto& bridge : bridges_) all.push_back({bridge->label(), "bridge", &bridge->counters()});
  for (auto& link : links_) all.push_back({link->label(), "link", &link->counters()});
  for (auto& sw : switches_) all.push_back({sw->label(), "switch", &sw->counters()});
  for (auto& device : devices_) all.push_back({device->label(), "device", &device->counters()});
  for (auto& memory : local_memories_) {
    all.push_back({memory->label(), "local memory", &memory->counters()});
  }
  return all;
}

}  // namespace cxlpool::platforms
