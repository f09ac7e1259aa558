// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/command/cci.h"
#include "models/command/event_logs.h"
#include "models/command/poison_list.h"

namespace cxlpool::command {

/// 4300h's, 4303h's and (with flags) 4304h's request; the length counts lines of 64 bytes.
struct LineRange {
  std::uint64_t start = 0;
  std::uint64_t lines = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(start), codec(lines);
  }
};

struct ScanMediaRequest {
  static constexpr std::uint8_t no_event_log = 1u << 0;

  LineRange range;
  std::uint8_t flags = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(range), codec(flags);
  }
};

/// A record of 4300h and 4305h: bits 2:0 of the address are the source.
struct PoisonRecord {
  std::uint64_t address = 0;
  std::uint32_t lines = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(address), codec(lines), codec.reserved(4);
  }
};
PoisonRecord to_wire(const PoisonList::Record& record);

/// Header of 4305h's answer.
struct ScanResultsHeader {
  static constexpr std::uint8_t more = 1u << 0;
  static constexpr std::uint8_t stopped = 1u << 1;

  std::uint64_t restart = 0;
  std::uint64_t restart_lines = 0;
  std::uint8_t flags = 0;
  std::uint16_t count = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(restart), codec(restart_lines), codec(flags), codec.reserved(1), codec(count);
    codec.reserved(0x0C);
  }
};

/// Scan of the media for poison (4303h-4305h). A scan runs in the background, clears the results of
/// the one before, and rebuilds an overflowed list. Results are read once. A range beyond capacity
/// is 0Fh, results without a scan 03h.
class ScanMedia {
 public:
  ScanMedia(PoisonList& poison, EventLogs& events) : poison_(poison), events_(events) {}

  void add_commands(Cci& cci);  ///< 4303h-4305h
  void set_capacity(std::uint64_t bytes) { capacity_ = bytes; }
  bool in_progress() const { return in_progress_; }
  void reset();
  void save(Writer& state) const;

 private:
  ReturnCode check(const LineRange& range) const;
  Reply estimate(const Request& request) const;
  Reply scan(const Request& request, Cci& cci);
  Reply results(const Request& request);
  void finish(const ScanMediaRequest& request);

  PoisonList& poison_;
  EventLogs& events_;
  std::uint64_t capacity_ = 0;
  bool in_progress_ = false;
  bool scanned_ = false;
  bool stopped_ = false;
  LineRange restart_;
  std::vector<PoisonList::Record> results_;
};

}  // namespace cxlpool::command
