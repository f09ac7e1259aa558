// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/fabric/direct_initiator.h"
#include "models/fabric/payload_pool.h"

namespace cxlpool::platforms {

/// Makes single accesses by the four phases of the base protocol, and has the simulation go on
/// until each has ended: what DirectInitiator is for blocking transport. Called from outside
/// processes.
class PhasedInitiator : public sc_core::sc_module {
 public:
  /// `delay` is from the begin of the request to that of the response. Without a response the
  /// status stays TLM_INCOMPLETE_RESPONSE.
  using Outcome = fabric::DirectInitiator::Outcome;

  tlm_utils::simple_initiator_socket<PhasedInitiator> socket;

  explicit PhasedInitiator(sc_core::sc_module_name name);

  Outcome access(tlm::tlm_command command, std::uint64_t hpa, std::uint8_t* data, unsigned length);

 private:
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& trans, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void responded(const tlm::tlm_generic_payload& trans, const sc_core::sc_time& delay);

  fabric::PayloadPool pool_;
  Outcome* outcome_ = nullptr;  ///< of the access under way, until its response
  sc_core::sc_time began_;
};

}  // namespace cxlpool::platforms
