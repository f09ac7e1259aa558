// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/request_recorder.h"

namespace cxlpool::platforms {
namespace {

traffic::TraceStatus status_of(const fabric::AccessPart& part) {
  switch (part.status) {
    case tlm::TLM_OK_RESPONSE:
      return part.poison ? traffic::TraceStatus::poison : traffic::TraceStatus::ok;
    case tlm::TLM_ADDRESS_ERROR_RESPONSE:
      return traffic::TraceStatus::address_error;
    case tlm::TLM_COMMAND_ERROR_RESPONSE:
      return traffic::TraceStatus::command_error;
    case tlm::TLM_BURST_ERROR_RESPONSE:
      return traffic::TraceStatus::burst_error;
    case tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE:
      return traffic::TraceStatus::byte_enable_error;
    case tlm::TLM_INCOMPLETE_RESPONSE:
      return traffic::TraceStatus::incomplete;
    default:
      return traffic::TraceStatus::generic_error;
  }
}

}  // namespace

void RequestRecorder::record(fabric::HostId host, const traffic::Answer& answer) {
  const tlm::tlm_generic_payload& trans = answer.trans;
  traffic::TraceRecord record;
  record.op = trans.is_read() ? traffic::Op::read : traffic::Op::write;
  record.enables =
      trans.get_byte_enable_ptr() ? traffic::ByteEnables::alternate : traffic::ByteEnables::all;
  record.host = static_cast<std::uint32_t>(host);
  for (const fabric::AccessPart& part : answer.parts) {
    // Alternating enables begin with an enabled byte; a part that does not is recorded from its
    // second byte on.
    const bool begins_disabled =
        trans.get_byte_enable_ptr() && (part.hpa - trans.get_address()) % 2 != 0;
    const std::uint32_t skipped = begins_disabled ? 1 : 0;
    if (part.size == skipped) continue;
    record.address = part.hpa + skipped;
    record.size = part.size - skipped;
    traffic::Completion completion;
    completion.status = status_of(part);
    if (part.device != fabric::no_device) {
      completion.place =
          traffic::DevicePlace{static_cast<std::uint32_t>(part.device), part.dpa + skipped};
    }
    if (timed_) completion.times = traffic::Times{answer.asked_at, answer.answered_at};
    record.completion = completion;
    writer_.write(record);
  }
}

}  // namespace cxlpool::platforms
