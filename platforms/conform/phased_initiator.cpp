// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/phased_initiator.h"

namespace cxlpool::platforms {

PhasedInitiator::PhasedInitiator(sc_core::sc_module_name name) : sc_module(name), socket("socket") {
  socket.register_nb_transport_bw(this, &PhasedInitiator::nb_transport_bw);
}

PhasedInitiator::Outcome PhasedInitiator::access(tlm::tlm_command command, std::uint64_t hpa,
                                                 std::uint8_t* data, unsigned length) {
  Outcome outcome;
  tlm::tlm_generic_payload& trans = pool_.take();
  auto& access = *trans.get_extension<fabric::MemoryAccess>();
  access = fabric::MemoryAccess{};
  access.parts = &outcome.parts;
  trans.set_command(command);
  trans.set_address(hpa);
  trans.set_data_ptr(data);
  trans.set_data_length(length);
  trans.set_streaming_width(length);
  trans.set_byte_enable_ptr(nullptr);
  trans.set_byte_enable_length(0);
  trans.set_dmi_allowed(false);
  trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  outcome_ = &outcome;
  began_ = sc_core::sc_time_stamp();
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay;
  const tlm::tlm_sync_enum status = socket->nb_transport_fw(trans, phase, delay);
  const bool at_once =
      status == tlm::TLM_COMPLETED || (status == tlm::TLM_UPDATED && phase == tlm::BEGIN_RESP);
  if (at_once) responded(trans, delay);
  if (at_once && status == tlm::TLM_UPDATED) {
    phase = tlm::END_RESP;
    socket->nb_transport_fw(trans, phase, delay);
  }
  // Nothing else is under way, so that the access has ended, or never will, when nothing is left to
  // happen.
  sc_core::sc_start();
  outcome_ = nullptr;
  access.parts = nullptr;
  trans.release();
  return outcome;
}

tlm::tlm_sync_enum PhasedInitiator::nb_transport_bw(tlm::tlm_generic_payload& trans,
                                                    tlm::tlm_phase& phase,
                                                    sc_core::sc_time& delay) {
  if (phase != tlm::BEGIN_RESP) return tlm::TLM_ACCEPTED;
  responded(trans, delay);
  phase = tlm::END_RESP;
  return tlm::TLM_UPDATED;
}

void PhasedInitiator::responded(const tlm::tlm_generic_payload& trans,
                                const sc_core::sc_time& delay) {
  if (!outcome_) return;
  outcome_->status = trans.get_response_status();
  outcome_->access = *trans.get_extension<fabric::MemoryAccess>();
  outcome_->delay = sc_core::sc_time_stamp() + delay - began_;
}

}  // namespace cxlpool::platforms
