// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>

#include "models/command/cci.h"
#include "models/command/event_record.h"

namespace cxlpool::command {

/// Header of 0100h's answer.
struct EventRecordsHeader {
  static constexpr std::uint8_t overflow = 1u << 0;
  static constexpr std::uint8_t more = 1u << 1;

  std::uint8_t flags = 0;
  std::uint16_t overflow_count = 0;
  std::uint64_t first_overflow = 0;
  std::uint64_t last_overflow = 0;
  std::uint16_t count = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(flags), codec.reserved(1), codec(overflow_count), codec(first_overflow);
    codec(last_overflow), codec(count), codec.reserved(10);
  }
};

/// 0101h's request, before its handles.
struct ClearEventsHeader {
  static constexpr std::uint8_t clear_all = 1u << 0;

  std::uint8_t log = 0;
  std::uint8_t flags = 0;
  std::uint8_t count = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(log), codec(flags), codec(count), codec.reserved(3);
  }
};

/// The five event logs of a Type-3 device (sources.md 4.12). A log gives each record its handle and
/// timestamp. A record beyond the log's depth is dropped and counted as overflow. Records are
/// cleared oldest first, by handles that match exactly; otherwise 0Eh and nothing is cleared.
class EventLogs {
 public:
  struct Config {
    unsigned depth = 8;
    std::array<std::uint8_t, event_log_count> vectors{2, 3, 4, 5, 0};
  };

  EventLogs(const Config& config, const Timestamp& timestamp);

  /// False when the log was full.
  bool add(EventLog log, EventRecord record);
  std::size_t size(EventLog log) const { return logs_[static_cast<unsigned>(log)].records.size(); }
  const std::deque<EventRecord>& records(EventLog log) const {
    return logs_[static_cast<unsigned>(log)].records;
  }
  /// Event status register: bit i while log i is not empty.
  std::uint32_t status() const;
  /// All records and overflow data are gone, as at the end of a sanitize.
  void discard();
  /// Called with the vector when a log gets its first record and has interrupts enabled.
  void on_interrupt(std::function<void(unsigned vector)> raise) { raise_ = std::move(raise); }

  void add_commands(Cci& cci);  ///< 0100h-0103h
  void save(Writer& state) const;

 private:
  struct Log {
    std::deque<EventRecord> records;
    std::uint16_t next_handle = 1;
    std::uint16_t overflow_count = 0;
    std::uint64_t first_overflow = 0;
    std::uint64_t last_overflow = 0;
    std::uint8_t mode = 0;  ///< 0 none, 1 MSI or MSI-X, 2 firmware

    void clear_overflow();
  };

  Reply get(const Request& request) const;
  Reply clear(const Request& request);
  Bytes policy() const;
  Reply set_policy(const Request& request);

  Config config_;
  const Timestamp& timestamp_;
  std::array<Log, event_log_count> logs_;
  std::function<void(unsigned)> raise_;
};

}  // namespace cxlpool::command
