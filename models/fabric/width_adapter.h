// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/fabric/topology.h"

namespace cxlpool::fabric {

/// Joins sockets of different BUSWIDTH. A generic payload describes bytes, so on hosts of either
/// endianness that agree on byte order nothing needs to be translated: everything is passed on, in
/// both directions, with its timing. `from` is the target side, `to` the initiator side.
template <unsigned from_bits, unsigned to_bits>
class WidthAdapter : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<WidthAdapter, from_bits> from;
  tlm_utils::simple_initiator_socket<WidthAdapter, to_bits> to;

  explicit WidthAdapter(sc_core::sc_module_name name) : sc_module(name), from("from"), to("to") {
    from.register_b_transport(this, &WidthAdapter::b_transport);
    from.register_nb_transport_fw(this, &WidthAdapter::nb_transport_fw);
    from.register_transport_dbg(this, &WidthAdapter::transport_dbg);
    from.register_get_direct_mem_ptr(this, &WidthAdapter::get_direct_mem_ptr);
    to.register_nb_transport_bw(this, &WidthAdapter::nb_transport_bw);
    to.register_invalidate_direct_mem_ptr(this, &WidthAdapter::invalidate_direct_mem_ptr);
  }

 private:
  using Payload = tlm::tlm_generic_payload;

  void b_transport(Payload& trans, sc_core::sc_time& delay) { to->b_transport(trans, delay); }
  tlm::tlm_sync_enum nb_transport_fw(Payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) {
    return to->nb_transport_fw(trans, phase, delay);
  }
  tlm::tlm_sync_enum nb_transport_bw(Payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) {
    return from->nb_transport_bw(trans, phase, delay);
  }
  unsigned transport_dbg(Payload& trans) {
    TopologyProbe::pass_on(trans, to);
    return to->transport_dbg(trans);
  }
  bool get_direct_mem_ptr(Payload& trans, tlm::tlm_dmi& dmi) {
    return to->get_direct_mem_ptr(trans, dmi);
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) {
    from->invalidate_direct_mem_ptr(first, last);
  }
};

}  // namespace cxlpool::fabric
