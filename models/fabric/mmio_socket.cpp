// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/mmio_socket.h"

#include <cstring>

namespace cxlpool::fabric {

MmioSocket::MmioSocket(const char* name) : simple_target_socket(name) {
  register_b_transport(this, &MmioSocket::b_transport);
  register_transport_dbg(this, &MmioSocket::transport_dbg);
}

bool MmioSocket::is_legal(const tlm::tlm_generic_payload& trans) {
  const unsigned size = trans.get_data_length();
  return trans.get_data_ptr() && (size == 1 || size == 2 || size == 4 || size == 8);
}

void MmioSocket::access(tlm::tlm_generic_payload& trans) {
  const unsigned size = trans.get_data_length();
  if (!is_legal(trans)) {
    trans.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  // Registers are little endian, and so is every host this builds on.
  if (trans.is_write()) {
    std::uint64_t value = 0;
    std::memcpy(&value, trans.get_data_ptr(), size);
    const auto verdict = owner_->write_register(block_, trans.get_address(), value, size);
    if (auto* report = trans.get_extension<RegisterVerdict>()) report->verdict = verdict;
  } else if (trans.is_read()) {
    const std::uint64_t value = owner_->read_register(block_, trans.get_address(), size);
    std::memcpy(trans.get_data_ptr(), &value, size);
  }
  trans.set_response_status(tlm::TLM_OK_RESPONSE);
}

void MmioSocket::b_transport(tlm::tlm_generic_payload& trans, sc_core::sc_time&) {
  // Debug transactions leave these two unset.
  if (trans.get_byte_enable_ptr() || trans.get_streaming_width() < trans.get_data_length()) {
    trans.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
  } else {
    access(trans);
  }
}

unsigned MmioSocket::transport_dbg(tlm::tlm_generic_payload& trans) {
  access(trans);
  return trans.is_response_ok() ? trans.get_data_length() : 0;
}

}  // namespace cxlpool::fabric
