// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/fabric/hop.h"

namespace cxlpool::fabric {

/// The link between a downstream port and what hangs from it: a constant time each way. Hot-plug
/// happens here: while the link is down everything that comes is refused with Cause::link_down.
/// One upstream side, usp[0], and one downstream side, dsp[0].
class Link : public Hop {
 public:
  struct Config {
    std::string label;         ///< e.g. "h0.hb0.rp0-mem0"
    sc_core::sc_time latency;  ///< one way
    bool up = true;
  };

  Link(sc_core::sc_module_name name, Config config);

  bool is_up() const { return up_; }
  /// Takes back what the old state allowed before the new one is seen.
  void set_up(bool up);

  address::NodeIndex describe(Topology& topology, unsigned ingress, address::Cause& why) override;

 private:
  Egress route(std::uint64_t hpa, unsigned ingress) const override;
  sc_core::sc_time latency() const override { return latency_; }
  std::vector<unsigned> upstream_of(unsigned) const override { return {0}; }

  sc_core::sc_time latency_;
  bool up_;
};

}  // namespace cxlpool::fabric
