// SPDX-License-Identifier: Apache-2.0
#include "models/address/ras_registers.h"

#include <algorithm>

namespace cxlpool::address {
namespace {

template <typename Error>
constexpr std::uint32_t bit_of(Error error) {
  return 1u << static_cast<unsigned>(error);
}

}  // namespace

const char* name(UncorrectableError error) {
  switch (error) {
    case UncorrectableError::cache_data_parity:
      return "cache-data-parity";
    case UncorrectableError::cache_address_parity:
      return "cache-address-parity";
    case UncorrectableError::cache_be_parity:
      return "cache-be-parity";
    case UncorrectableError::cache_data_ecc:
      return "cache-data-ecc";
    case UncorrectableError::mem_data_parity:
      return "mem-data-parity";
    case UncorrectableError::mem_address_parity:
      return "mem-address-parity";
    case UncorrectableError::mem_be_parity:
      return "mem-be-parity";
    case UncorrectableError::mem_data_ecc:
      return "mem-data-ecc";
    case UncorrectableError::reinit_threshold:
      return "reinit-threshold";
    case UncorrectableError::rsvd_encoding:
      return "rsvd-encoding";
    case UncorrectableError::poison_received:
      return "poison-received";
    case UncorrectableError::receiver_overflow:
      return "receiver-overflow";
    case UncorrectableError::internal:
      return "internal";
    case UncorrectableError::cxl_ide_tx:
      return "cxl-ide-tx";
    case UncorrectableError::cxl_ide_rx:
      return "cxl-ide-rx";
  }
  return "reserved";
}

const char* name(CorrectableError error) {
  switch (error) {
    case CorrectableError::cache_data_ecc:
      return "cache-data-ecc";
    case CorrectableError::mem_data_ecc:
      return "mem-data-ecc";
    case CorrectableError::crc_threshold:
      return "crc-threshold";
    case CorrectableError::retry_threshold:
      return "retry-threshold";
    case CorrectableError::cache_poison_received:
      return "cache-poison-received";
    case CorrectableError::mem_poison_received:
      return "mem-poison-received";
    case CorrectableError::physical:
      return "physical";
  }
  return "reserved";
}

const char* name(ErrorMessage message) {
  switch (message) {
    case ErrorMessage::correctable:
      return "ERR_COR";
    case ErrorMessage::non_fatal:
      return "ERR_NONFATAL";
    case ErrorMessage::fatal:
      break;
  }
  return "ERR_FATAL";
}

std::optional<ErrorMessage> RasRegisters::record(UncorrectableError error,
                                                 const HeaderLog& header) {
  const std::uint32_t bit = bit_of(error);
  if ((uncorrectable_mask_ & bit) != 0) return std::nullopt;
  if (records_.size() == max_records) {
    unrecorded_ |= bit;
  } else {
    records_.push_back({error, header});
    if (records_.size() == 1) show_first();
  }
  return (uncorrectable_severity_ & bit) != 0 ? ErrorMessage::fatal : ErrorMessage::non_fatal;
}

std::optional<ErrorMessage> RasRegisters::record(CorrectableError error) {
  const std::uint32_t bit = bit_of(error);
  if ((correctable_mask_ & bit) != 0) return std::nullopt;
  correctable_status_ |= bit;
  return ErrorMessage::correctable;
}

std::uint32_t RasRegisters::read(std::uint32_t offset) const {
  switch (offset) {
    case ras::uncorrectable_status:
      return uncorrectable_status();
    case ras::uncorrectable_mask:
      return uncorrectable_mask_;
    case ras::uncorrectable_severity:
      return uncorrectable_severity_;
    case ras::correctable_status:
      return correctable_status_;
    case ras::correctable_mask:
      return correctable_mask_;
    case ras::control:
      return first_error_ | ras::multiple_header_recording;
    default:
      break;
  }
  if (offset < ras::header_log || offset >= ras::size_bytes) return 0;
  return header_log_[(offset - ras::header_log) / 4];
}

bool RasRegisters::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case ras::uncorrectable_status:
      clear_uncorrectable(value & ras::uncorrectable_bits);
      return true;
    case ras::uncorrectable_mask:
      uncorrectable_mask_ = value & ras::uncorrectable_bits;
      return true;
    case ras::uncorrectable_severity:
      uncorrectable_severity_ = value & ras::uncorrectable_bits;
      return true;
    case ras::correctable_status:
      correctable_status_ &= ~value;
      return true;
    case ras::correctable_mask:
      correctable_mask_ = value & ras::correctable_bits;
      return true;
    default:
      return false;
  }
}

std::uint32_t RasRegisters::uncorrectable_status() const {
  std::uint32_t status = unrecorded_;
  for (const Record& each : records_) status |= bit_of(each.error);
  return status;
}

void RasRegisters::clear_uncorrectable(std::uint32_t bits) {
  unrecorded_ &= ~bits;
  if (records_.empty()) return;
  if (bits == bit_of(records_.front().error)) {
    records_.erase(records_.begin());
  } else {
    const auto cleared = [bits](const Record& each) { return (bit_of(each.error) & bits) != 0; };
    records_.erase(std::remove_if(records_.begin(), records_.end(), cleared), records_.end());
  }
  show_first();
}

void RasRegisters::show_first() {
  if (records_.empty()) {
    first_error_ = ras::no_error;  // the log keeps what it shows: nothing points at it
    return;
  }
  first_error_ = static_cast<std::uint32_t>(records_.front().error);
  header_log_ = records_.front().header;
}

}  // namespace cxlpool::address
