// SPDX-License-Identifier: Apache-2.0
// Poison, protocol errors and event records that an operator injects.
#include <algorithm>

#include <fmt/format.h>

#include "platforms/machine/pool_machine.h"

namespace cxlpool::platforms {

using qmp::Done;
using qmp::generic_error;
using qmp::Status;

namespace {

constexpr std::uint64_t line_bytes = 64;
constexpr std::uint32_t maintenance_subclass_valid = 1u << 6;
constexpr std::uint32_t ld_id_valid = 1u << 7;
constexpr std::uint32_t head_id_valid = 1u << 8;

/// Sets a field and its bit of a validity mask, where there is a value.
template <typename Value, typename Field>
void give(const std::optional<Value>& value, Field& field, std::uint16_t& validity, unsigned bit) {
  if (!value) return;
  field = static_cast<Field>(*value);
  validity = static_cast<std::uint16_t>(validity | 1u << bit);
}
void give(const std::optional<std::uint32_t>& value, command::U24& field, std::uint16_t& validity,
          unsigned bit) {
  if (!value) return;
  field.value = *value;
  validity = static_cast<std::uint16_t>(validity | 1u << bit);
}

}  // namespace

Status PoolMachine::inject_poison(const qmp::InjectPoison& request) {
  const auto device = find_running(request.path);
  if (!device) return device.error();
  if (request.length == 0 || request.length % line_bytes != 0) {
    return generic_error("Poison injection must be in multiples of 64 bytes");
  }
  if (request.start % line_bytes != 0) {
    return generic_error("Poison start address must be 64 byte aligned");
  }
  if (!(*device)->inject_poison(request.start, request.length)) {
    return generic_error("Overlap with existing poisoned region, or beyond the device's memory");
  }
  settle();
  return Done{};
}

Status PoolMachine::inject_uncorrectable_errors(const qmp::InjectUncorrectableErrors& request) {
  const auto device = find_running(request.path);
  if (!device) return device.error();
  for (const qmp::UncorrectableErrorRecord& error : request.errors) {
    address::HeaderLog log{};
    std::copy_n(error.header.begin(), std::min(error.header.size(), log.size()), log.begin());
    (*device)->inject_error(error.type, log);
  }
  return Done{};
}

Status PoolMachine::inject_correctable_error(const qmp::InjectCorrectableError& request) {
  const auto device = find_running(request.path);
  if (!device) return device.error();
  (*device)->inject_error(request.type);
  return Done{};
}

Status PoolMachine::add_record(const qmp::EventHeader& header, command::EventRecord record) {
  const auto device = find_running(header.path);
  if (!device) return device.error();
  const auto log = static_cast<command::EventLog>(header.log);
  record.flags.value = header.flags;
  record.maintenance_class = header.maint_op_class.value_or(0);
  if (header.maint_op_subclass) {
    record.flags.value |= maintenance_subclass_valid;
    record.maintenance_subclass = *header.maint_op_subclass;
  }
  if (header.ld_id) {
    record.flags.value |= ld_id_valid;
    record.ld_id = *header.ld_id;
  }
  if (header.head_id) {
    record.flags.value |= head_id_valid;
    record.head_id = *header.head_id;
  }
  // A full log counts an overflow, which is no failure of the injection.
  (*device)->control().commands().events().add(log, record);
  settle();
  return Done{};
}

Status PoolMachine::inject_general_media_event(const qmp::GeneralMediaEvent& event) {
  command::GeneralMediaEvent body;
  body.dpa = event.dpa;
  body.descriptor = event.descriptor;
  body.event_type = event.type;
  body.transaction = event.transaction_type;
  give(event.channel, body.channel, body.validity, 0);
  give(event.rank, body.rank, body.validity, 1);
  give(event.device, body.device, body.validity, 2);
  if (event.component_id) {
    body.validity |= 1u << 3;
    const std::size_t length = std::min(event.component_id->size(), body.component_id.size());
    std::copy_n(event.component_id->begin(), length, body.component_id.begin());
  }
  body.threshold_flags = event.cme_ev_flags;
  body.corrected_count.value = event.cme_count;
  body.sub_type = event.sub_type;
  return add_record(event.header, command::make_record(body));
}

Status PoolMachine::inject_dram_event(const qmp::DramEvent& event) {
  command::DramEvent body;
  body.dpa = event.dpa;
  body.descriptor = event.descriptor;
  body.event_type = event.type;
  body.transaction = event.transaction_type;
  give(event.channel, body.channel, body.validity, 0);
  give(event.rank, body.rank, body.validity, 1);
  give(event.nibble_mask, body.nibble_mask, body.validity, 2);
  give(event.bank_group, body.bank_group, body.validity, 3);
  give(event.bank, body.bank, body.validity, 4);
  give(event.row, body.row, body.validity, 5);
  give(event.column, body.column, body.validity, 6);
  if (event.correction_mask) {
    body.validity |= 1u << 7;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, event.correction_mask->size()); ++i) {
      for (unsigned byte = 0; byte < 8; ++byte) {
        body.correction_mask[8 * i + byte] =
            static_cast<std::uint8_t>((*event.correction_mask)[i] >> 8 * byte);
      }
    }
  }
  return add_record(event.header, command::make_record(body));
}

Status PoolMachine::inject_memory_module_event(const qmp::MemoryModuleEvent& event) {
  command::MemoryModuleEvent body;
  body.event_type = event.type;
  body.health.status = event.health_status;
  body.health.media_status = event.media_status;
  body.health.additional_status = event.additional_status;
  body.health.life_used_percent = event.life_used;
  body.health.temperature_c = static_cast<std::uint16_t>(event.temperature);
  body.health.dirty_shutdowns = event.dirty_shutdown_count;
  body.health.corrected_volatile = event.corrected_volatile_error_count;
  body.health.corrected_persistent = event.corrected_persistent_error_count;
  return add_record(event.header, command::make_record(body));
}

}  // namespace cxlpool::platforms
