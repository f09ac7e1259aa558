// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "models/command/bytes.h"
#include "models/command/health.h"

/// Event records (sources.md 4.12): 48 bytes common to all, then 80 of the record's own.
namespace cxlpool::command {

enum class EventLog : std::uint8_t {
  informational = 0,
  warning = 1,
  failure = 2,
  fatal = 3,
  dynamic_capacity = 4,
};
inline constexpr unsigned event_log_count = 5;

struct EventRecord {
  static constexpr std::size_t size_bytes = 0x80;
  static constexpr std::size_t data_bytes = 0x50;

  Uuid type{};
  std::uint8_t length = size_bytes;
  U24 flags;                 ///< bits 1:0 severity
  std::uint16_t handle = 0;  ///< given by the log
  std::uint16_t related_handle = 0;
  std::uint64_t timestamp = 0;  ///< given by the log
  std::uint8_t maintenance_class = 0;
  std::uint8_t maintenance_subclass = 0;
  std::uint16_t ld_id = 0;
  std::uint8_t head_id = 0;
  std::array<std::uint8_t, data_bytes> data{};

  template <class Codec>
  void fields(Codec& codec) {
    codec(type), codec(length), codec(flags), codec(handle), codec(related_handle);
    codec(timestamp), codec(maintenance_class), codec(maintenance_subclass), codec(ld_id);
    codec(head_id), codec.reserved(11), codec(data);
  }
};

struct GeneralMediaEvent {
  static const Uuid type;

  std::uint64_t dpa = 0;  ///< bits 5:0 are flags: 0 volatile, 1 not repairable
  std::uint8_t descriptor = 0;
  std::uint8_t event_type = 0;
  std::uint8_t transaction = 0;
  std::uint16_t validity = 0;
  std::uint8_t channel = 0;
  std::uint8_t rank = 0;
  U24 device;
  std::array<std::uint8_t, 16> component_id{};
  std::uint8_t threshold_flags = 0;
  U24 corrected_count;
  std::uint8_t sub_type = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(dpa), codec(descriptor), codec(event_type), codec(transaction), codec(validity);
    codec(channel), codec(rank), codec(device), codec(component_id), codec(threshold_flags);
    codec(corrected_count), codec(sub_type), codec.reserved(0x29);
  }
};

struct DramEvent {
  static const Uuid type;

  std::uint64_t dpa = 0;
  std::uint8_t descriptor = 0;
  std::uint8_t event_type = 0;
  std::uint8_t transaction = 0;
  std::uint16_t validity = 0;
  std::uint8_t channel = 0;
  std::uint8_t rank = 0;
  U24 nibble_mask;
  std::uint8_t bank_group = 0;
  std::uint8_t bank = 0;
  U24 row;
  std::uint16_t column = 0;
  std::array<std::uint8_t, 32> correction_mask{};

  template <class Codec>
  void fields(Codec& codec) {
    codec(dpa), codec(descriptor), codec(event_type), codec(transaction), codec(validity);
    codec(channel), codec(rank), codec(nibble_mask), codec(bank_group), codec(bank), codec(row);
    codec(column), codec(correction_mask), codec.reserved(0x17);
  }
};

struct MemoryModuleEvent {
  static const Uuid type;

  std::uint8_t event_type = 0;
  HealthInfo health;

  template <class Codec>
  void fields(Codec& codec) {
    codec(event_type), codec(health), codec.reserved(0x3D);
  }
};

/// One extent (sources.md 5.2).
struct ExtentRecord {
  std::uint64_t start_dpa = 0;
  std::uint64_t length = 0;
  Uuid tag{};
  std::uint16_t sequence = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(start_dpa), codec(length), codec(tag), codec(sequence), codec.reserved(6);
  }
};

struct DynamicCapacityEvent {
  static const Uuid type;
  static constexpr std::uint8_t extents_available_valid = 1u << 0;
  static constexpr std::uint8_t tags_available_valid = 1u << 1;
  static constexpr std::uint8_t more = 1u << 0;

  std::uint8_t event_type = 0;
  std::uint8_t validity = 0;
  std::uint16_t host = 0;
  std::uint8_t updated_region = 0;
  std::uint8_t flags = 0;
  ExtentRecord extent;
  std::uint32_t extents_available = 0;
  std::uint32_t tags_available = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(event_type), codec(validity), codec(host), codec(updated_region), codec(flags);
    codec.reserved(2), codec(extent), codec.reserved(0x18);
    codec(extents_available), codec(tags_available);
  }
};

/// A record of the body's type with that body. `severity` is the log's: 0 information to 3 fatal.
template <typename Body>
EventRecord make_record(const Body& body, std::uint8_t severity = 0) {
  EventRecord record;
  record.type = Body::type;
  record.flags.value = severity & 3u;
  const Bytes data = encode(body);
  std::copy(data.begin(), data.end(), record.data.begin());
  return record;
}

/// The body of a record; nothing when the record is of another type.
template <typename Body>
std::optional<Body> body_of(const EventRecord& record) {
  if (record.type != Body::type) return std::nullopt;
  return decode<Body>(ByteView(record.data.data(), record.data.size()));
}

}  // namespace cxlpool::command
