// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cxlpool::command {

/// Opcodes of the commands that some CCI of the model implements (sources.md 4.4).
enum class Opcode : std::uint16_t {
  identify = 0x0001,
  background_status = 0x0002,
  get_response_limit = 0x0003,
  set_response_limit = 0x0004,
  request_abort = 0x0005,
  get_event_records = 0x0100,
  clear_event_records = 0x0101,
  get_event_interrupt_policy = 0x0102,
  set_event_interrupt_policy = 0x0103,
  get_firmware_info = 0x0200,
  transfer_firmware = 0x0201,
  activate_firmware = 0x0202,
  get_timestamp = 0x0300,
  set_timestamp = 0x0301,
  get_supported_logs = 0x0400,
  get_log = 0x0401,
  identify_memory_device = 0x4000,
  get_partition_info = 0x4100,
  set_partition_info = 0x4101,
  get_lsa = 0x4102,
  set_lsa = 0x4103,
  get_health_info = 0x4200,
  get_alert_configuration = 0x4201,
  set_alert_configuration = 0x4202,
  get_shutdown_state = 0x4203,
  set_shutdown_state = 0x4204,
  get_poison_list = 0x4300,
  inject_poison = 0x4301,
  clear_poison = 0x4302,
  get_scan_media_capabilities = 0x4303,
  scan_media = 0x4304,
  get_scan_media_results = 0x4305,
  sanitize = 0x4400,
  media_operations = 0x4402,
  get_security_state = 0x4500,
  get_dc_configuration = 0x4800,
  get_dc_extent_list = 0x4801,
  add_dc_response = 0x4802,
  release_dc = 0x4803,
  identify_switch = 0x5100,
  get_port_state = 0x5101,
  port_control = 0x5102,
  tunnel = 0x5300,
  get_multi_headed_info = 0x5500,
  get_head_info = 0x5501,
  get_dcd_info = 0x5600,
  get_host_dc_region_configuration = 0x5601,
  set_dc_region_configuration = 0x5602,
  get_dc_region_extent_lists = 0x5603,
  initiate_dc_add = 0x5604,
  initiate_dc_release = 0x5605,
  add_dc_reference = 0x5606,
  remove_dc_reference = 0x5607,
  list_dc_tags = 0x5608,
};

/// Effects as the command effects log tells them (sources.md 4.4).
namespace effect {
inline constexpr std::uint16_t cold_reset_config = 1u << 0;
inline constexpr std::uint16_t immediate_config = 1u << 1;
inline constexpr std::uint16_t immediate_data = 1u << 2;
inline constexpr std::uint16_t immediate_policy = 1u << 3;
inline constexpr std::uint16_t immediate_log = 1u << 4;
inline constexpr std::uint16_t security_state = 1u << 5;
inline constexpr std::uint16_t background = 1u << 6;
/// The witness tells "can be aborted" by bit 7, and its vectors hold here; sources.md names bit 8.
inline constexpr std::uint16_t abortable = 1u << 7;
}  // namespace effect

/// What is the same for a command in every CCI that has it.
struct OpcodeInfo {
  Opcode opcode;
  const char* name;
  std::uint16_t effects;
  std::uint32_t input_bytes;  ///< the length, or the least length
  bool variable_length;
  bool needs_media;  ///< answers media_disabled while the media is disabled

  bool is_background() const { return (effects & effect::background) != 0; }
  bool accepts(std::size_t length) const {
    return variable_length ? length >= input_bytes : length == input_bytes;
  }
};

const std::vector<OpcodeInfo>& opcode_table();
/// nullptr for an opcode that no CCI of the model implements.
const OpcodeInfo* opcode_info(std::uint16_t opcode);

}  // namespace cxlpool::command
