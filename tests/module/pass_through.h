// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/fabric/topology.h"

namespace cxlpool::module_test {

/// A module to be bound between an initiator and a target socket. It passes everything on;
/// subclasses look at it or tamper with it. A transparent one lets a host see the modules of ours
/// below it; otherwise it is foreign to the host.
class PassThrough : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<PassThrough> in;
  tlm_utils::simple_initiator_socket<PassThrough> out;
  bool transparent = true;

  explicit PassThrough(sc_core::sc_module_name name) : sc_module(name), in("in"), out("out") {
    in.register_b_transport(this, &PassThrough::b_transport);
    in.register_nb_transport_fw(this, &PassThrough::nb_transport_fw);
    in.register_transport_dbg(this, &PassThrough::probe_or_debug);
    in.register_get_direct_mem_ptr(this, &PassThrough::get_direct_mem_ptr);
    out.register_nb_transport_bw(this, &PassThrough::nb_transport_bw);
    out.register_invalidate_direct_mem_ptr(this, &PassThrough::invalidate_direct_mem_ptr);
  }

  template <typename Initiator, typename Target>
  void between(Initiator& initiator, Target& target) {
    in.bind(initiator);
    out.bind(target);
  }

 protected:
  using Payload = tlm::tlm_generic_payload;

  virtual void b_transport(Payload& trans, sc_core::sc_time& delay) {
    out->b_transport(trans, delay);
  }
  virtual tlm::tlm_sync_enum nb_transport_fw(Payload& trans, tlm::tlm_phase& phase,
                                             sc_core::sc_time& delay) {
    return out->nb_transport_fw(trans, phase, delay);
  }
  virtual tlm::tlm_sync_enum nb_transport_bw(Payload& trans, tlm::tlm_phase& phase,
                                             sc_core::sc_time& delay) {
    return in->nb_transport_bw(trans, phase, delay);
  }
  virtual unsigned transport_dbg(Payload& trans) { return out->transport_dbg(trans); }
  virtual bool get_direct_mem_ptr(Payload& trans, tlm::tlm_dmi& dmi) {
    return out->get_direct_mem_ptr(trans, dmi);
  }
  virtual void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) {
    in->invalidate_direct_mem_ptr(first, last);
  }

 private:
  unsigned probe_or_debug(Payload& trans) {
    if (!trans.get_extension<fabric::TopologyProbe>()) return transport_dbg(trans);
    if (transparent) fabric::TopologyProbe::pass_on(trans, out);
    return out->transport_dbg(trans);
  }
};

}  // namespace cxlpool::module_test
