// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "models/address/component_registers.h"
#include "models/fabric/device_register_block.h"
#include "models/fabric/hop.h"
#include "models/fabric/mmio_socket.h"
#include "models/fabric/switch_control.h"

namespace cxlpool::fabric {

/// What takes time in a switch: the buffer at each port where messages wait to cross over. Crossing
/// is the stations' latency; the queue of each transmitting port belongs to the link.
struct SwitchTiming {
  Timekeeper* time = nullptr;
  std::vector<std::unique_ptr<timing::Station>> from_usp, from_dsp;
  std::unique_ptr<timing::BufferPool> shared;  ///< of all the stations; may be null
};

/// A CXL switch. Every upstream port has HDM decoders of its own and sees the downstream ports that
/// are bound to it; a target bound elsewhere is an empty port. A switch has no pass-through: with
/// one downstream port it still decodes. Switches stack to any depth.
/// `usp[i]` and `mmio[i]` are upstream port i, `dsp[j]` downstream port j.
class CxlSwitch : public Hop, private RegisterOwner {
 public:
  static constexpr int unbound = -1;

  struct DownstreamPort {
    std::string name;
    std::uint8_t number = 0;  ///< what target lists name
    int bound_to = 0;         ///< index of an upstream port, or unbound
  };
  struct Config {
    std::string label;
    unsigned upstream_ports = 1;
    std::vector<DownstreamPort> downstream_ports;
    address::HdmCapability capability;
    command::SwitchCci::Config control;
  };

  /// Where the mailbox CCI's registers lie on `mmio[0]`.
  static constexpr std::uint64_t device_registers = DeviceRegisterBlock::offset;

  sc_core::sc_vector<MmioSocket> mmio;  ///< component registers of each upstream port

  CxlSwitch(sc_core::sc_module_name name, Config config, SwitchTiming timing = {});

  SwitchControl& control() { return control_; }

  const address::HdmDecoderBlock& decoders(unsigned upstream) const {
    return registers_[upstream].decoders();
  }

  /// Gives a downstream port to another upstream port, or to none: first the old owner loses it,
  /// then the new one gets it, each told before its own map changes. What is below is held in reset
  /// as long as its new owner is, and while PERST# of the port is asserted. Throws
  /// std::out_of_range for a port that does not exist.
  void bind_port(unsigned downstream, int upstream);

  /// The decoders of every upstream port are lost; what hangs below is left alone.
  void hot_reset();

  address::NodeIndex describe(Topology& topology, unsigned ingress, address::Cause& why) override;
  /// The virtual switch of that upstream port loses its decoders, and all that is bound to it is
  /// reset. Held, its registers answer nothing. What the switch's own port control holds in reset
  /// stays so.
  void reset_from_above(unsigned ingress, Reset reset) override;

 private:
  void reset_upstream(unsigned upstream);
  void reset_below(unsigned downstream, Reset reset);
  /// Of a downstream port, by the mailbox CCI.
  void port_control(unsigned downstream, Reset reset);
  bool perst_asserted(unsigned downstream) const {
    return control_.perst_asserted(config_.downstream_ports[downstream].number);
  }
  bool is_held(int upstream) const {
    return upstream != unbound && held_[static_cast<unsigned>(upstream)];
  }
  Egress route(std::uint64_t hpa, unsigned ingress) const override;
  std::vector<unsigned> upstream_of(unsigned port) const override;
  timing::Station* request_station(unsigned ingress) const override {
    return timing_.from_usp[ingress].get();
  }
  timing::Station* response_station(unsigned port) const override {
    return timing_.from_dsp[port].get();
  }
  bool leads(unsigned port, unsigned ingress) const {
    return is_bound(port) && config_.downstream_ports[port].bound_to == static_cast<int>(ingress);
  }
  const std::string& refuser(unsigned ingress) const override { return ingress_labels_[ingress]; }
  std::uint64_t read_register(unsigned block, std::uint64_t offset, unsigned size) override;
  address::WriteVerdict write_register(unsigned block, std::uint64_t offset, std::uint64_t value,
                                       unsigned size) override;

  Config config_;
  SwitchTiming timing_;
  std::vector<std::string> ingress_labels_;  ///< "sw0", or "sw0.usp1" where there are several
  std::vector<address::ComponentRegisters> registers_;
  std::vector<bool> held_;  ///< by upstream port: in fundamental reset, from above
  SwitchControl control_;
};

}  // namespace cxlpool::fabric
