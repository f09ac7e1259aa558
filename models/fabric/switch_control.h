// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "models/command/device_registers.h"
#include "models/command/switch_cci.h"
#include "models/fabric/simulation_clock.h"
#include "models/fabric/topology.h"

namespace cxlpool::fabric {

class Type3Device;

/// The mailbox CCI of a switch, with its registers: what its ports are, reset of what is below
/// them, and the tunnel to the FM-owned LDs of the devices there. Whoever builds the fabric says
/// what hangs where; it owns none of that.
class SwitchControl : private command::SwitchPorts {
 public:
  struct Config {
    std::vector<std::uint8_t> downstream;  ///< port numbers
    unsigned upstream = 1;                 ///< ports; they take the lowest numbers left
    std::uint8_t decoders = 4;             ///< of an upstream port
    command::SwitchCci::Config commands;
  };

  /// The switch around it, asked and told by the index of a downstream port.
  struct Switch {
    std::function<bool(unsigned downstream)> is_bound;  ///< to some upstream port
    /// Of all that is below the port, for as long as PERST# is asserted there, or once.
    std::function<void(unsigned downstream, Reset reset)> reset_below;
  };

  SwitchControl(const Config& config, Switch around);

  /// What hangs from a downstream port, and whether it is plugged.
  void attach(std::uint8_t port, Type3Device& device, std::function<bool()> is_plugged) {
    devices_[port] = {&device, std::move(is_plugged)};
  }
  void attach_switch(std::uint8_t port) { switches_[port] = true; }

  bool perst_asserted(std::uint8_t port) const { return commands_.perst_asserted(port); }

  command::Cci& cci() { return commands_.cci(); }
  command::DeviceRegisters& registers() { return registers_; }

 private:
  command::SwitchIdentity identity() const override;
  std::optional<command::PortState> state(std::uint8_t port) const override;
  command::Cci* below(std::uint8_t port) override;
  void perst(std::uint8_t port, bool asserted) override;
  void reset(std::uint8_t port) override;

  unsigned index_of(std::uint8_t port) const;  ///< of a downstream port

  SimulationClock clock_;
  Config config_;
  Switch around_;
  std::vector<std::uint8_t> upstream_;
  struct Below {
    Type3Device* device = nullptr;
    std::function<bool()> is_plugged;
  };
  Type3Device* device_below(std::uint8_t port) const;

  std::map<std::uint8_t, Below> devices_;
  std::map<std::uint8_t, bool> switches_;
  command::SwitchCci commands_;
  command::DeviceRegisters registers_;
};

}  // namespace cxlpool::fabric
