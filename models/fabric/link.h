// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/fabric/hop.h"

namespace cxlpool::fabric {

/// What takes time on a link: a transmitter for each direction, with the queue in front of it.
/// Propagation, ports and retimers are the stations' latency.
struct LinkTiming {
  Timekeeper* time = nullptr;
  std::unique_ptr<timing::Station> m2s, s2m;
};

/// The link between a downstream port and what hangs from it: a constant time each way, or, with a
/// LinkTiming, transmitters that requests and responses queue at. Hot-plug happens here: while the
/// link is down everything that comes is refused with Cause::link_down.
/// One upstream side, usp[0], and one downstream side, dsp[0].
class Link : public Hop {
 public:
  struct Config {
    std::string label;         ///< e.g. "h0.hb0.rp0-mem0"
    sc_core::sc_time latency;  ///< one way, where there is no LinkTiming
    bool up = true;
  };

  Link(sc_core::sc_module_name name, Config config, LinkTiming timing = {});

  bool is_up() const { return up_; }
  /// Takes back what the old state allowed before the new one is seen.
  void set_up(bool up);

  address::NodeIndex describe(Topology& topology, unsigned ingress, address::Cause& why) override;
  /// What is not there is not reset; what is plugged in while PERST# is asserted is held too.
  void reset_from_above(unsigned ingress, Reset reset) override;

 private:
  void reset_below(Reset reset);
  Egress route(std::uint64_t hpa, unsigned ingress) const override;
  sc_core::sc_time latency() const override { return latency_; }
  std::vector<unsigned> upstream_of(unsigned) const override { return {0}; }
  timing::Station* request_station(unsigned) const override { return timing_.m2s.get(); }
  timing::Station* response_station(unsigned) const override { return timing_.s2m.get(); }

  LinkTiming timing_;
  sc_core::sc_time latency_;
  bool up_;
  bool held_ = false;  ///< in fundamental reset, from above
};

}  // namespace cxlpool::fabric
