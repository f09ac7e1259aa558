// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/chain.h"

#include <functional>

#include <fmt/format.h>

#include "models/address/component_registers.h"

namespace cxlpool::bench {
namespace {

using Target = tlm::tlm_base_target_socket<>;

}  // namespace

Chains::Chains() {
  for (unsigned hops = 0; hops <= longest; ++hops) build(hops);
  mmio_ =
      std::make_unique<fabric::MmioMaster>("chain_mmio", static_cast<unsigned>(registers_.size()));
  for (std::size_t i = 0; i < registers_.size(); ++i) mmio_->block[i].bind(*registers_[i].first);
}

void Chains::build(unsigned hops) {
  senders_.push_back(std::make_unique<Sender>(fmt::format("sender{}", hops).c_str()));
  std::function<void(Target&)> bind_below = [&](Target& target) {
    senders_.back()->socket.bind(target);
  };
  for (unsigned i = 0; i < hops; ++i) {
    const std::string name = fmt::format("chain{}_{}", hops, i);
    if (i == 0) {
      fabric::HostBridge::Config config;
      config.label = name;
      config.root_ports.resize(1);
      bridges_.push_back(std::make_unique<fabric::HostBridge>(name.c_str(), config));
      bind_below(bridges_.back()->usp[0]);
      bind_below = [&bridge = *bridges_.back()](Target& target) { bridge.dsp[0].bind(target); };
      registers_.push_back({&bridges_.back()->mmio, address::ComponentKind::host_bridge});
    } else {
      fabric::CxlSwitch::Config config;
      config.label = name;
      config.downstream_ports = {{"ds0", 0, 0}};
      switches_.push_back(std::make_unique<fabric::CxlSwitch>(name.c_str(), config));
      bind_below(switches_.back()->usp[0]);
      bind_below = [&below = *switches_.back()](Target& target) { below.dsp[0].bind(target); };
      registers_.push_back({&switches_.back()->mmio[0], address::ComponentKind::switch_upstream});
    }
  }
  fabric::Type3Device::Config config;
  config.label = fmt::format("device{}", hops);
  config.partitions.volatile_bytes = device_bytes;
  devices_.push_back(std::make_unique<fabric::Type3Device>(config.label.c_str(), config));
  bind_below(devices_.back()->usp);
  registers_.push_back({&devices_.back()->mmio, address::ComponentKind::device});
}

void Chains::program() {
  address::DecoderProgram program;
  program.base = pool_base;
  program.size = device_bytes;
  for (unsigned i = 0; i < registers_.size(); ++i) {
    const address::ComponentKind kind = registers_[i].second;
    const std::uint32_t hdm = mmio_->hdm_structure(i);
    for (const auto& write : address::register_writes(kind, program)) {
      mmio_->write(i, hdm + write.offset, write.value, 4);
    }
    mmio_->write(i, hdm + address::hdm::global_control, address::hdm::decoder_enable, 4);
    if (kind != address::ComponentKind::device) continue;
    mmio_->write(i, fabric::Type3Device::config_space + address::DeviceConfigSpace::dvsec_control,
                 address::DeviceConfigSpace::mem_enable, 2);
  }
}

}  // namespace cxlpool::bench
