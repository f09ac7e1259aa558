// SPDX-License-Identifier: Apache-2.0
#include "models/command/opcode.h"

#include <algorithm>

namespace cxlpool::command {

namespace {

constexpr bool variable = true;
constexpr bool media = true;
constexpr std::uint16_t abortable_background = effect::background | effect::abortable;
constexpr std::uint16_t region_change = effect::immediate_config | effect::immediate_data;

OpcodeInfo row(Opcode opcode, const char* name, std::uint16_t effects, std::uint32_t input_bytes,
               bool variable_length = false, bool needs_media = false) {
  return {opcode, name, effects, input_bytes, variable_length, needs_media};
}

}  // namespace

const std::vector<OpcodeInfo>& opcode_table() {
  using O = Opcode;
  // By opcode. Effects of commands that the witness has are the witness'.
  static const std::vector<OpcodeInfo> table{
      row(O::identify, "Identify", 0, 0),
      row(O::background_status, "Background Operation Status", 0, 0),
      row(O::get_response_limit, "Get Response Message Limit", 0, 0),
      row(O::set_response_limit, "Set Response Message Limit", 0, 1),
      row(O::request_abort, "Request Abort Background Operation", 0, 0),
      row(O::get_event_records, "Get Event Records", 0, 1, !variable, media),
      row(O::clear_event_records, "Clear Event Records", effect::immediate_log, 6, variable),
      row(O::get_event_interrupt_policy, "Get Event Interrupt Policy", 0, 0),
      row(O::set_event_interrupt_policy, "Set Event Interrupt Policy", effect::immediate_config, 4,
          variable),
      row(O::get_firmware_info, "Get FW Info", 0, 0),
      row(O::transfer_firmware, "Transfer FW", abortable_background, 0x80, variable, media),
      row(O::activate_firmware, "Activate FW", abortable_background, 2, !variable, media),
      row(O::get_timestamp, "Get Timestamp", 0, 0),
      row(O::set_timestamp, "Set Timestamp", effect::immediate_policy, 8),
      row(O::get_supported_logs, "Get Supported Logs", 0, 0),
      row(O::get_log, "Get Log", 0, 24, !variable, media),
      row(O::identify_memory_device, "Identify Memory Device", 0, 0),
      row(O::get_partition_info, "Get Partition Info", 0, 0, !variable, media),
      row(O::set_partition_info, "Set Partition Info",
          effect::cold_reset_config | effect::immediate_config, 9),
      row(O::get_lsa, "Get LSA", 0, 8, !variable, media),
      row(O::set_lsa, "Set LSA", effect::immediate_config | effect::immediate_data, 8, variable,
          media),
      row(O::get_health_info, "Get Health Info", 0, 0),
      row(O::get_alert_configuration, "Get Alert Configuration", 0, 0),
      row(O::set_alert_configuration, "Set Alert Configuration", effect::immediate_policy, 12),
      row(O::get_shutdown_state, "Get Shutdown State", 0, 0),
      row(O::set_shutdown_state, "Set Shutdown State", effect::immediate_policy, 1),
      row(O::get_poison_list, "Get Poison List", 0, 16, !variable, media),
      row(O::inject_poison, "Inject Poison", 0, 8, !variable, media),
      row(O::clear_poison, "Clear Poison", 0, 72, !variable, media),
      row(O::get_scan_media_capabilities, "Get Scan Media Capabilities", 0, 16),
      row(O::scan_media, "Scan Media", abortable_background, 17),
      row(O::get_scan_media_results, "Get Scan Media Results", 0, 0),
      row(O::sanitize, "Sanitize",
          effect::immediate_data | effect::security_state | abortable_background, 0, !variable,
          media),
      row(O::media_operations, "Media Operations", effect::immediate_data | effect::background, 8,
          variable),
      row(O::get_security_state, "Get Security State", 0, 0),
      row(O::get_dc_configuration, "Get Dynamic Capacity Configuration", 0, 2),
      row(O::get_dc_extent_list, "Get Dynamic Capacity Extent List", 0, 8),
      row(O::add_dc_response, "Add Dynamic Capacity Response", effect::immediate_data, 8, variable),
      row(O::release_dc, "Release Dynamic Capacity", effect::immediate_data, 8, variable),
      row(O::identify_switch, "Identify Switch Device", 0, 0),
      row(O::get_port_state, "Get Physical Port State", 0, 1, variable),
      row(O::port_control, "Physical Port Control", effect::immediate_config, 2),
      row(O::tunnel, "Tunnel Management Command", 0, 4, variable),
      row(O::get_multi_headed_info, "Get Multi-Headed Info", 0, 2),
      row(O::get_head_info, "Get Head Info", 0, 2),
      row(O::get_dcd_info, "Get DCD Info", 0, 0),
      row(O::get_host_dc_region_configuration, "Get Host DC Region Configuration", 0, 4),
      row(O::set_dc_region_configuration, "Set DC Region Configuration", region_change, 16),
      row(O::get_dc_region_extent_lists, "Get DC Region Extent Lists", 0, 12),
      row(O::initiate_dc_add, "Initiate Dynamic Capacity Add", region_change, 32, variable),
      row(O::initiate_dc_release, "Initiate Dynamic Capacity Release", region_change, 32, variable),
      row(O::add_dc_reference, "Dynamic Capacity Add Reference", effect::immediate_config, 16),
      row(O::remove_dc_reference, "Dynamic Capacity Remove Reference", region_change, 16),
      row(O::list_dc_tags, "Dynamic Capacity List Tags", 0, 8),
  };
  return table;
}

const OpcodeInfo* opcode_info(std::uint16_t opcode) {
  const auto& table = opcode_table();
  const auto found = std::lower_bound(table.begin(), table.end(), opcode,
                                      [](const OpcodeInfo& info, std::uint16_t wanted) {
                                        return static_cast<std::uint16_t>(info.opcode) < wanted;
                                      });
  if (found == table.end() || static_cast<std::uint16_t>(found->opcode) != opcode) return nullptr;
  return &*found;
}

}  // namespace cxlpool::command
