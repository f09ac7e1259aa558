// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/direct_initiator.h"

#include <utility>

namespace cxlpool::fabric {

DirectInitiator::DirectInitiator(sc_core::sc_module_name name) : sc_module(name), socket("socket") {
  socket.register_invalidate_direct_mem_ptr(this, &DirectInitiator::invalidate_direct_mem_ptr);
}

DirectInitiator::Outcome DirectInitiator::read(std::uint64_t hpa, std::uint8_t* data,
                                               unsigned length) {
  return access(tlm::TLM_READ_COMMAND, hpa, data, length);
}

DirectInitiator::Outcome DirectInitiator::write(std::uint64_t hpa, const std::uint8_t* data,
                                                unsigned length) {
  // A write leaves its data alone; the payload has one pointer type for both directions.
  return access(tlm::TLM_WRITE_COMMAND, hpa, const_cast<std::uint8_t*>(data), length);
}

DirectInitiator::Outcome DirectInitiator::access(tlm::tlm_command command, std::uint64_t hpa,
                                                 std::uint8_t* data, unsigned length) {
  Outcome outcome;
  tlm::tlm_generic_payload& trans = pool_.take();
  MemoryAccess& access = *trans.get_extension<MemoryAccess>();
  access = MemoryAccess{};
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
  socket->b_transport(trans, outcome.delay);
  outcome.status = trans.get_response_status();
  access.parts = nullptr;
  outcome.access = access;
  trans.release();
  return outcome;
}

void DirectInitiator::invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) {
  invalidations_.emplace_back(first, last);
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> DirectInitiator::take_invalidations() {
  return std::exchange(invalidations_, {});
}

}  // namespace cxlpool::fabric
