// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/fabric/memory_access.h"
#include "models/fabric/payload_pool.h"

namespace cxlpool::fabric {

/// Makes single accesses on behalf of C++ code: tests, `conform`, set-up. Blocking transport with
/// an annotated delay that is returned, not waited for.
class DirectInitiator : public sc_core::sc_module {
 public:
  struct Outcome {
    tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
    MemoryAccess access;            ///< cause, where, landing of the first (failing) part
    std::vector<AccessPart> parts;  ///< where every part went
    sc_core::sc_time delay;

    bool ok() const { return status == tlm::TLM_OK_RESPONSE; }
  };

  tlm_utils::simple_initiator_socket<DirectInitiator> socket;

  explicit DirectInitiator(sc_core::sc_module_name name);

  Outcome read(std::uint64_t hpa, std::uint8_t* data, unsigned length);
  Outcome write(std::uint64_t hpa, const std::uint8_t* data, unsigned length);

  /// Ranges that were taken back since the last call, as [first, last].
  std::vector<std::pair<std::uint64_t, std::uint64_t>> take_invalidations();

 private:
  Outcome access(tlm::tlm_command command, std::uint64_t hpa, std::uint8_t* data, unsigned length);
  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last);

  PayloadPool pool_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> invalidations_;
};

}  // namespace cxlpool::fabric
