// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/address/component_registers.h"
#include "models/fabric/hop.h"
#include "models/fabric/mmio_socket.h"

namespace cxlpool::fabric {

/// A CXL host bridge (ACPI0016): HDM decoders over its root ports. With one root port and
/// pass-through it has no decoders and forwards everything; its registers then read zero.
/// `usp[0]` is the host's side, `dsp[i]` root port i.
class HostBridge : public Hop, private RegisterOwner {
 public:
  struct Config {
    std::string label;  ///< e.g. "h0.hb0"
    bool pass_through = false;
    std::vector<address::PortView> root_ports;  ///< name and number; the rest is filled in here
    address::HdmCapability capability;
    Timekeeper* time = nullptr;
  };

  MmioSocket mmio;  ///< component registers, 64 KiB

  HostBridge(sc_core::sc_module_name name, Config config);

  /// Null when pass-through.
  const address::HdmDecoderBlock* decoders() const {
    return config_.pass_through ? nullptr : &registers_.decoders();
  }

  /// The decoders are lost.
  void hot_reset() {
    revoke(0);
    registers_.reset();
  }

  address::NodeIndex describe(Topology& topology, unsigned ingress, address::Cause& why) override;

 private:
  Egress route(std::uint64_t hpa, unsigned ingress) const override;
  std::vector<unsigned> upstream_of(unsigned) const override { return {0}; }
  std::uint64_t read_register(unsigned block, std::uint64_t offset, unsigned size) override;
  address::WriteVerdict write_register(unsigned block, std::uint64_t offset, std::uint64_t value,
                                       unsigned size) override;

  Config config_;
  address::ComponentRegisters registers_;
};

}  // namespace cxlpool::fabric
