// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/hop.h"

#include <algorithm>

namespace cxlpool::fabric {

using address::Cause;

Hop::Hop(sc_core::sc_module_name name, std::string label, unsigned upstream, unsigned downstream,
         Timekeeper* time)
    : sc_module(name),
      usp("usp", upstream),
      dsp("dsp", downstream),
      label_(std::move(label)),
      neighbours_(downstream),
      time_(time),
      above_(upstream),
      below_(downstream) {
  port_of_number_.fill(-1);
  for (unsigned i = 0; i < upstream; ++i) {
    usp[i].register_b_transport(this, &Hop::b_transport, static_cast<int>(i));
    usp[i].register_transport_dbg(this, &Hop::transport_dbg, static_cast<int>(i));
    usp[i].register_get_direct_mem_ptr(this, &Hop::get_direct_mem_ptr, static_cast<int>(i));
  }
  for (unsigned i = 0; i < downstream; ++i) {
    dsp[i].register_invalidate_direct_mem_ptr(this, &Hop::invalidate_direct_mem_ptr,
                                              static_cast<int>(i));
  }
  if (time_) make_timed();
}

void Hop::end_of_elaboration() {
  for (unsigned i = 0; i < dsp.size(); ++i) {
    if (!is_bound(i)) continue;
    neighbours_[i] = Neighbour::below(dsp[i]);
    below_[i] = dsp[i].operator->();
    if (neighbours_[i].node) neighbours_[i].node->attach(neighbours_[i].ingress, *this, i);
  }
}

void Hop::attach(unsigned ingress, TopologyNode& above, unsigned port) {
  above_[ingress] = {&above, port};
  // Refusals come by an input of their own, which must be there before any message is foreseen.
  above.response_place(port, static_cast<unsigned>(dsp.size()), 0);
}

void Hop::number_port(std::uint8_t number, unsigned port) {
  std::int16_t& entry = port_of_number_[number];
  if (entry < 0) entry = static_cast<std::int16_t>(port);
}

Hop::Egress Hop::checked_route(const tlm::tlm_generic_payload& trans, unsigned ingress,
                               bool malformed) const {
  if (malformed) return Egress::refuse(Cause::malformed);
  const std::uint64_t hpa = trans.get_address();
  const Egress out = route(hpa, ingress);
  if (out.cause != Cause::none) return out;
  if (trans.get_data_length() - 1 > out.last - hpa) return Egress::refuse(Cause::crossing);
  return out;
}

void Hop::refuse(tlm::tlm_generic_payload& trans, const Egress& out, unsigned ingress) {
  counters_.count_error(out.cause);
  fail(trans, out.cause, refuser(ingress).c_str(), out.decoder);
}

void Hop::b_transport(int ingress_port, tlm::tlm_generic_payload& trans, sc_core::sc_time& delay) {
  const auto ingress = static_cast<unsigned>(ingress_port);
  count(counters_, trans);
  const Egress out = checked_route(trans, ingress, is_malformed(trans));
  if (out.cause != Cause::none) return refuse(trans, out, ingress);
  if (time_) return pass_on_booked(trans, ingress, out.port, delay);
  const sc_core::sc_time one_way = latency();
  delay += one_way;
  auto* below = below_[out.port] ? below_[out.port] : dsp[out.port].operator->();
  below->b_transport(trans, delay);
  delay += one_way;
}

void Hop::pass_on_booked(tlm::tlm_generic_payload& trans, unsigned ingress, unsigned port,
                         sc_core::sc_time& delay) {
  timing::Message message = request_message(trans);
  book(request_station(ingress), message, delay);
  dsp[port]->b_transport(trans, delay);
  make_response(message);
  book(response_station(port), message, delay);
}

unsigned Hop::transport_dbg(int ingress, tlm::tlm_generic_payload& trans) {
  if (TopologyProbe::answer(trans, usp[ingress], *this, static_cast<unsigned>(ingress))) return 0;
  const Egress out = checked_route(trans, static_cast<unsigned>(ingress), has_no_range(trans));
  if (out.cause != Cause::none) {
    fail(trans, out.cause, refuser(static_cast<unsigned>(ingress)).c_str(), out.decoder);
    return 0;
  }
  return dsp[out.port]->transport_dbg(trans);
}

bool Hop::get_direct_mem_ptr(int ingress, tlm::tlm_generic_payload& trans, tlm::tlm_dmi& dmi) {
  const std::uint64_t hpa = trans.get_address();
  const Egress out = route(hpa, static_cast<unsigned>(ingress));
  if (out.cause != Cause::none) {
    dmi.init();
    dmi.set_start_address(hpa);
    dmi.set_end_address(hpa);
    return false;
  }
  const bool granted = dsp[out.port]->get_direct_mem_ptr(trans, dmi);
  const std::uint64_t first = std::max<std::uint64_t>(dmi.get_start_address(), out.first);
  if (granted) dmi.set_dmi_ptr(dmi.get_dmi_ptr() + (first - dmi.get_start_address()));
  dmi.set_start_address(first);
  dmi.set_end_address(std::min<std::uint64_t>(dmi.get_end_address(), out.last));
  dmi.set_read_latency(dmi.get_read_latency() + 2 * latency());
  dmi.set_write_latency(dmi.get_write_latency() + 2 * latency());
  return granted;
}

void Hop::invalidate_direct_mem_ptr(int port, sc_dt::uint64 first, sc_dt::uint64 last) {
  for (unsigned ingress : upstream_of(static_cast<unsigned>(port))) {
    usp[ingress]->invalidate_direct_mem_ptr(first, last);
  }
}

void Hop::revoke(unsigned ingress) { usp[ingress]->invalidate_direct_mem_ptr(0, ~0ull); }

Hop::Egress Hop::decode(const address::HdmDecoderBlock& decoders, std::uint64_t hpa) const {
  const address::DecodeRange* range = decoders.find(hpa);
  if (!range) {
    const auto miss = decoders.why_not(hpa);
    return Egress::refuse(miss.cause, miss.decoder);
  }
  const int port = port_of_number_[range->targets[range->interleave.position(hpa)]];
  if (port < 0) return Egress::refuse(Cause::no_port, range->index);
  Egress out;
  out.decoder = range->index;
  out.port = static_cast<unsigned>(port);
  out.first = range->base;
  out.last = range->base + (range->size - 1);
  if (range->interleave.ways() > 1) {
    const std::uint64_t granule = range->interleave.granularity() - 1u;
    out.first = std::max(out.first, hpa & ~granule);
    out.last = std::min(out.last, hpa | granule);
  }
  return out;
}

address::NodeIndex Hop::add_node(Topology& topology, address::Node node, unsigned ingress) {
  node.name = label_;
  topology.tree.nodes.push_back(std::move(node));
  Topology::Entry entry;
  entry.counters.push_back(&counters_);
  entry.latency = 2 * latency();
  entry.hop = this;
  entry.ingress = ingress;
  topology.entries.push_back(std::move(entry));
  return static_cast<address::NodeIndex>(topology.tree.nodes.size() - 1);
}

}  // namespace cxlpool::fabric
