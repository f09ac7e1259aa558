// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/link.h"

namespace cxlpool::fabric {

using address::Cause;

Link::Link(sc_core::sc_module_name name, Config config, LinkTiming timing)
    : Hop(name, std::move(config.label), 1, 1, timing.time),
      timing_(std::move(timing)),
      latency_(config.latency),
      up_(config.up) {}

void Link::set_up(bool up) {
  if (up == up_) return;
  revoke(0);
  up_ = up;
  if (held_) reset_below(up ? Reset::begin_fundamental : Reset::end_fundamental);
}

void Link::reset_from_above(unsigned, Reset reset) {
  if (reset != Reset::hot) held_ = reset == Reset::begin_fundamental;
  if (up_) reset_below(reset);
}

void Link::reset_below(Reset reset) {
  const Neighbour& below = neighbour(0);
  if (below.node) below.node->reset_from_above(below.ingress, reset);
}

Hop::Egress Link::route(std::uint64_t, unsigned) const {
  if (!up_) return Egress::refuse(Cause::link_down);
  return is_bound(0) ? Egress{} : Egress::refuse(Cause::empty_port);
}

address::NodeIndex Link::describe(Topology& topology, unsigned, Cause& why) {
  const Cause refusal = route(0, 0).cause;
  if (refusal != Cause::none) {
    why = refusal;
    return address::no_node;
  }
  const address::NodeIndex below = neighbour(0).describe(topology, label() + ".below", why);
  if (below != address::no_node) {
    Topology::Entry& entry = topology.entries[below];
    entry.counters.insert(entry.counters.begin(), &counters_);
    entry.latency += 2 * latency_;
    entry.links.insert(entry.links.begin(), this);
  }
  return below;
}

}  // namespace cxlpool::fabric
