// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/switch_control.h"

#include <algorithm>

#include "models/fabric/type3_device.h"

namespace cxlpool::fabric {

using command::PortState;

namespace {

std::vector<std::uint8_t> lowest_left(const std::vector<std::uint8_t>& taken, unsigned count) {
  std::vector<std::uint8_t> left;
  for (unsigned number = 0; number < 256 && left.size() < count; ++number) {
    const auto port = static_cast<std::uint8_t>(number);
    if (std::find(taken.begin(), taken.end(), port) == taken.end()) left.push_back(port);
  }
  return left;
}

bool holds(const std::vector<std::uint8_t>& ports, std::uint8_t port) {
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

}  // namespace

SwitchControl::SwitchControl(const Config& config, Switch around)
    : config_(config),
      around_(std::move(around)),
      upstream_(lowest_left(config.downstream, config.upstream)),
      commands_(config.commands, clock_, *this),
      registers_(
          commands_.cci(), command::Mailbox::Config{}, [](unsigned) {}, std::nullopt) {}

command::SwitchIdentity SwitchControl::identity() const {
  command::SwitchIdentity identity;
  identity.ingress_port = upstream_.empty() ? std::uint8_t{0} : upstream_.front();
  const std::size_t ports = upstream_.size() + config_.downstream.size();
  identity.ports = static_cast<std::uint8_t>(std::min<std::size_t>(ports, 0xFF));
  const auto activate = [&](std::uint8_t port) {
    identity.active_ports[port / 8] |= static_cast<std::uint8_t>(1u << port % 8);
  };
  for (const std::uint8_t port : upstream_) activate(port);
  for (const std::uint8_t port : config_.downstream) activate(port);
  identity.virtual_switches = static_cast<std::uint8_t>(upstream_.size());
  identity.active_virtual_switches = {};
  for (std::size_t i = 0; i < upstream_.size(); ++i) {
    identity.active_virtual_switches[i / 8] |= static_cast<std::uint8_t>(1u << i % 8);
  }
  identity.vppbs = static_cast<std::uint16_t>(ports);
  identity.active_vppbs = static_cast<std::uint16_t>(upstream_.size());
  for (unsigned i = 0; i < config_.downstream.size(); ++i) {
    if (around_.is_bound(i)) ++identity.active_vppbs;
  }
  identity.hdm_decoders = config_.decoders;
  return identity;
}

std::optional<PortState> SwitchControl::state(std::uint8_t port) const {
  PortState state;
  state.port = port;
  if (holds(upstream_, port)) {
    state.configuration = PortState::upstream;
    state.link = PortState::link_present;
    return state;
  }
  if (!holds(config_.downstream, port)) return std::nullopt;
  state.configuration = PortState::downstream;
  if (device_below(port)) {
    state.device_type = PortState::type3_sld;
    state.device_mode = 2;  // 68B flits and VH
    state.lds = 1;
  } else if (switches_.count(port) != 0) {
    state.device_type = PortState::switch_device;
    state.device_mode = 2;
  }
  if (state.device_type != PortState::no_device) state.link = PortState::link_present;
  if (commands_.perst_asserted(port)) state.link |= PortState::link_perst;
  return state;
}

Type3Device* SwitchControl::device_below(std::uint8_t port) const {
  const auto below = devices_.find(port);
  return below != devices_.end() && below->second.is_plugged() ? below->second.device : nullptr;
}

command::Cci* SwitchControl::below(std::uint8_t port) {
  Type3Device* device = device_below(port);
  return device ? &device->control().fm_owned_ld() : nullptr;
}

void SwitchControl::perst(std::uint8_t port, bool asserted) {
  around_.reset_below(index_of(port), asserted ? Reset::begin_fundamental : Reset::end_fundamental);
}

void SwitchControl::reset(std::uint8_t port) { around_.reset_below(index_of(port), Reset::hot); }

unsigned SwitchControl::index_of(std::uint8_t port) const {
  const auto found = std::find(config_.downstream.begin(), config_.downstream.end(), port);
  return static_cast<unsigned>(found - config_.downstream.begin());
}

}  // namespace cxlpool::fabric
