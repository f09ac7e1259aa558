// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

namespace cxlpool::module_test {

/// A generic payload without any extension or memory manager, as other people's models send it.
class Payload : public tlm::tlm_generic_payload {
 public:
  Payload(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data, unsigned length) {
    set_command(command);
    set_address(address);
    set_data_ptr(data);
    set_data_length(length);
    set_streaming_width(length);
    set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  }
};

/// An initiator that is not one of ours.
class ForeignInitiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<ForeignInitiator> socket;
  std::function<void(std::uint64_t first, std::uint64_t last)> on_revocation;
  unsigned revocations = 0;

  explicit ForeignInitiator(sc_core::sc_module_name name) : sc_module(name), socket("socket") {
    socket.register_invalidate_direct_mem_ptr(this, &ForeignInitiator::invalidated);
  }

  /// Blocking transport; returns the annotated delay.
  sc_core::sc_time send(tlm::tlm_generic_payload& trans, sc_core::sc_time delay = {}) {
    socket->b_transport(trans, delay);
    return delay;
  }

  bool ask_for_dmi(std::uint64_t address, tlm::tlm_dmi& dmi) {
    Payload trans(tlm::TLM_READ_COMMAND, address, nullptr, 0);
    return socket->get_direct_mem_ptr(trans, dmi);
  }

 private:
  void invalidated(sc_dt::uint64 first, sc_dt::uint64 last) {
    ++revocations;
    if (on_revocation) on_revocation(first, last);
  }
};

/// A memory that is not one of ours: what it does with an access is the test's affair.
class ForeignTarget : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<ForeignTarget> socket;
  std::function<void(tlm::tlm_generic_payload&, sc_core::sc_time&)> serve;
  std::function<unsigned(tlm::tlm_generic_payload&)> debug;
  std::function<bool(tlm::tlm_generic_payload&, tlm::tlm_dmi&)> dmi;

  explicit ForeignTarget(sc_core::sc_module_name name) : sc_module(name), socket("socket") {
    socket.register_b_transport(this, &ForeignTarget::b_transport);
    socket.register_transport_dbg(this, &ForeignTarget::transport_dbg);
    socket.register_get_direct_mem_ptr(this, &ForeignTarget::get_direct_mem_ptr);
    serve = [](tlm::tlm_generic_payload& trans, sc_core::sc_time&) {
      trans.set_response_status(tlm::TLM_OK_RESPONSE);
    };
  }

 private:
  void b_transport(tlm::tlm_generic_payload& trans, sc_core::sc_time& delay) {
    serve(trans, delay);
  }
  unsigned transport_dbg(tlm::tlm_generic_payload& trans) { return debug ? debug(trans) : 0; }
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& trans, tlm::tlm_dmi& grant) {
    return dmi && dmi(trans, grant);
  }
};

}  // namespace cxlpool::module_test
