// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cxlpool::command {

/// Return codes of CCI commands (sources.md 4.3).
enum class ReturnCode : std::uint16_t {
  success = 0x00,
  background_started = 0x01,
  invalid_input = 0x02,
  unsupported = 0x03,
  internal_error = 0x04,
  retry_required = 0x05,
  busy = 0x06,
  media_disabled = 0x07,
  firmware_transfer_in_progress = 0x08,
  firmware_transfer_out_of_order = 0x09,
  firmware_authentication_failed = 0x0A,
  invalid_slot = 0x0B,
  activation_failed_rolled_back = 0x0C,
  activation_failed_cold_reset = 0x0D,
  invalid_handle = 0x0E,
  invalid_physical_address = 0x0F,
  inject_poison_limit = 0x10,
  permanent_media_failure = 0x11,
  aborted = 0x12,
  invalid_security_state = 0x13,
  incorrect_passphrase = 0x14,
  unsupported_mailbox = 0x15,
  invalid_payload_length = 0x16,
  invalid_log = 0x17,
  interrupted = 0x18,
  unsupported_feature_version = 0x19,
  unsupported_feature_selection = 0x1A,
  feature_transfer_in_progress = 0x1B,
  feature_transfer_out_of_order = 0x1C,
  resources_exhausted = 0x1D,
  invalid_extent_list = 0x1E,
  transfer_out_of_order = 0x1F,
  background_abort_not_supported = 0x20,
};

/// "invalid input"; "undefined" for a code that the table does not have.
const char* name(ReturnCode code);

}  // namespace cxlpool::command
