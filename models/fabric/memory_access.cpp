// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/memory_access.h"

#include <cstring>

namespace cxlpool::fabric {

using address::Cause;

tlm::tlm_response_status status_of(Cause cause) {
  switch (cause) {
    case Cause::none:
      return tlm::TLM_OK_RESPONSE;
    case Cause::crossing:
    case Cause::malformed:
      return tlm::TLM_BURST_ERROR_RESPONSE;
    case Cause::not_accepted:
    case Cause::media_disabled:
    case Cause::read_only:
      return tlm::TLM_GENERIC_ERROR_RESPONSE;
    default:
      return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  }
}

void fail(tlm::tlm_generic_payload& trans, Cause cause, const char* where, int decoder) {
  trans.set_response_status(status_of(cause));
  if (auto* access = trans.get_extension<MemoryAccess>()) {
    access->cause = cause;
    access->where = where;
    access->decoder = decoder;
  }
  if (!trans.is_read() || !trans.get_data_ptr()) return;
  const unsigned enables = trans.get_byte_enable_ptr() ? trans.get_byte_enable_length() : 0;
  if (enables == 0) {
    std::memset(trans.get_data_ptr(), 0xFF, trans.get_data_length());
    return;
  }
  for (unsigned i = 0; i < trans.get_data_length(); ++i) {
    if (trans.get_byte_enable_ptr()[i % enables]) trans.get_data_ptr()[i] = 0xFF;
  }
}

}  // namespace cxlpool::fabric
