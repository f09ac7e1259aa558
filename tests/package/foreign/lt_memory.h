// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "trail.h"

namespace foreign {

/// A loosely-timed memory on a bus of 64 bits, addressed as the host addresses it: blocking
/// transport, no debug transport, no DMI. Reads annotate their 80 ns, writes wait for theirs.
class LtMemory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<LtMemory, 64> socket{"socket"};

  std::map<std::uint64_t, unsigned char> bytes;

  explicit LtMemory(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &LtMemory::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& trans, sc_core::sc_time& delay) {
    const std::uint64_t address = trans.get_address();
    for (unsigned i = 0; i < trans.get_data_length(); ++i) {
      if (trans.is_write()) {
        bytes[address + i] = trans.get_data_ptr()[i];
      } else {
        const auto at = bytes.find(address + i);
        trans.get_data_ptr()[i] = at == bytes.end() ? 0 : at->second;
      }
    }
    delay += sc_core::sc_time(80, sc_core::SC_NS);
    if (trans.is_write()) {
      wait(delay);
      delay = sc_core::SC_ZERO_TIME;
    }
    if (auto* trail = trans.get_extension<Trail>()) trail->met_at.push_back(address);
    trans.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

}  // namespace foreign
