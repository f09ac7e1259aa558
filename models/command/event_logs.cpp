// SPDX-License-Identifier: Apache-2.0
#include "models/command/event_logs.h"

#include <algorithm>
#include <limits>

namespace cxlpool::command {

namespace {

constexpr std::uint8_t mode_mask = 0x03;
constexpr std::uint8_t message_interrupt = 1;  ///< MSI or MSI-X
constexpr unsigned vector_shift = 4;

}  // namespace

EventLogs::EventLogs(const Config& config, const Timestamp& timestamp)
    : config_(config), timestamp_(timestamp) {}

void EventLogs::Log::clear_overflow() {
  overflow_count = 0;
  first_overflow = last_overflow = 0;
}

bool EventLogs::add(EventLog which, EventRecord record) {
  const auto index = static_cast<unsigned>(which);
  Log& log = logs_[index];
  record.timestamp = timestamp_.get();
  if (log.records.size() >= config_.depth) {
    if (log.overflow_count == 0) log.first_overflow = record.timestamp;
    log.last_overflow = record.timestamp;
    if (log.overflow_count != std::numeric_limits<std::uint16_t>::max()) ++log.overflow_count;
    return false;
  }
  record.handle = log.next_handle++;
  if (log.next_handle == 0) log.next_handle = 1;
  log.records.push_back(record);
  if (log.records.size() == 1 && log.mode == message_interrupt && raise_) {
    raise_(config_.vectors[index]);
  }
  return true;
}

std::uint32_t EventLogs::status() const {
  std::uint32_t bits = 0;
  for (unsigned i = 0; i < event_log_count; ++i) {
    if (!logs_[i].records.empty()) bits |= 1u << i;
  }
  return bits;
}

void EventLogs::discard() {
  for (Log& log : logs_) {
    log.records.clear();
    log.clear_overflow();
  }
}

void EventLogs::add_commands(Cci& cci) {
  cci.add(Opcode::get_event_records, [this](const Request& request) { return get(request); });
  cci.add(Opcode::clear_event_records, [this](const Request& request) { return clear(request); });
  cci.add(Opcode::get_event_interrupt_policy, [this](const Request&) { return policy(); });
  cci.add(Opcode::set_event_interrupt_policy,
          [this](const Request& request) { return set_policy(request); });
}

Reply EventLogs::get(const Request& request) const {
  const std::uint8_t which = request.payload[0];
  if (which >= event_log_count) return ReturnCode::invalid_input;
  const Log& log = logs_[which];
  const std::size_t most =
      request.fitting(EventRecord::size_bytes, wire_size<EventRecordsHeader>());
  const std::size_t count = std::min(most, log.records.size());

  EventRecordsHeader header;
  if (log.overflow_count != 0) header.flags |= EventRecordsHeader::overflow;
  if (count < log.records.size()) header.flags |= EventRecordsHeader::more;
  header.overflow_count = log.overflow_count;
  header.first_overflow = log.first_overflow;
  header.last_overflow = log.last_overflow;
  header.count = static_cast<std::uint16_t>(count);
  Writer writer;
  writer(header);
  for (std::size_t i = 0; i < count; ++i) writer(log.records[i]);
  return writer.take();
}

Reply EventLogs::clear(const Request& request) {
  Reader reader(request.payload);
  ClearEventsHeader header;
  reader(header);
  if (header.log >= event_log_count) return ReturnCode::invalid_input;
  if (reader.remaining() < header.count * sizeof(std::uint16_t)) {
    return ReturnCode::invalid_payload_length;
  }
  Log& log = logs_[header.log];
  if (header.flags & ClearEventsHeader::clear_all) {
    if (header.count != 0 || log.overflow_count == 0) return ReturnCode::invalid_input;
    log.records.clear();
    log.clear_overflow();
    return ReturnCode::success;
  }
  if (header.count == 0) return ReturnCode::success;
  if (header.count > log.records.size()) return ReturnCode::invalid_handle;
  for (std::size_t i = 0; i < header.count; ++i) {
    std::uint16_t handle = 0;
    reader(handle);
    if (handle != log.records[i].handle) return ReturnCode::invalid_handle;
  }
  log.records.erase(log.records.begin(), log.records.begin() + header.count);
  log.clear_overflow();
  return ReturnCode::success;
}

Bytes EventLogs::policy() const {
  Bytes settings;
  for (unsigned i = 0; i < event_log_count; ++i) {
    const bool has_vector = logs_[i].mode == message_interrupt;
    const unsigned vector = has_vector ? (config_.vectors[i] & 0x0Fu) << vector_shift : 0u;
    settings.push_back(static_cast<std::uint8_t>(logs_[i].mode | vector));
  }
  return settings;
}

Reply EventLogs::set_policy(const Request& request) {
  const std::size_t count = std::min<std::size_t>(request.payload.size(), event_log_count);
  constexpr std::uint8_t reserved_mode = 3;
  for (std::size_t i = 0; i < count; ++i) {
    if ((request.payload[i] & mode_mask) == reserved_mode) return ReturnCode::invalid_input;
  }
  for (std::size_t i = 0; i < count; ++i) logs_[i].mode = request.payload[i] & mode_mask;
  return ReturnCode::success;
}

void EventLogs::save(Writer& state) const {
  for (const Log& log : logs_) {
    for (const EventRecord& record : log.records) state(record);
    state(log.next_handle);
    state(log.overflow_count);
    state(log.first_overflow);
    state(log.last_overflow);
    state(log.mode);
  }
}

}  // namespace cxlpool::command
