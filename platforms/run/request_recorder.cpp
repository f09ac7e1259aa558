// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/request_recorder.h"

namespace cxlpool::platforms {
namespace {

traffic::TraceStatus status_of(address::Cause cause) {
  switch (fabric::status_of(cause)) {
    case tlm::TLM_OK_RESPONSE:
      return traffic::TraceStatus::ok;
    case tlm::TLM_BURST_ERROR_RESPONSE:
      return traffic::TraceStatus::burst_error;
    default:
      return traffic::TraceStatus::address_error;
  }
}

}  // namespace

void RequestRecorder::record(fabric::HostId host, const tlm::tlm_generic_payload& trans,
                             const std::vector<fabric::AccessPart>& parts) {
  traffic::TraceRecord record;
  record.op = trans.is_read() ? traffic::Op::read : traffic::Op::write;
  record.enables =
      trans.get_byte_enable_ptr() ? traffic::ByteEnables::alternate : traffic::ByteEnables::all;
  record.host = static_cast<std::uint32_t>(host);
  for (const fabric::AccessPart& part : parts) {
    record.address = part.hpa;
    record.size = part.size;
    traffic::Completion completion;
    completion.status = status_of(part.cause);
    if (part.device != fabric::no_device) {
      completion.place = traffic::DevicePlace{static_cast<std::uint32_t>(part.device), part.dpa};
    }
    record.completion = completion;
    writer_.write(record);
  }
}

}  // namespace cxlpool::platforms
