// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/command/cci.h"
#include "models/command/event_logs.h"
#include "models/command/media_control.h"
#include "models/command/own_memory.h"
#include "models/command/poison_list.h"
#include "models/command/static_capacity.h"

namespace cxlpool::command {

/// 4402h's request, before its ranges, or before its MediaOperationDiscovery.
struct MediaOperation {
  std::uint8_t operation_class = 0;
  std::uint8_t subclass = 0;
  std::uint32_t ranges = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(operation_class), codec(subclass), codec.reserved(2), codec(ranges);
  }
};

struct MediaRange {
  std::uint64_t dpa = 0;
  std::uint64_t length = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(dpa), codec(length);
  }
};

struct MediaOperationDiscovery {
  std::uint16_t start = 0;
  std::uint16_t count = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(start), codec(count);
  }
};

struct MediaOperationsHeader {
  std::uint64_t granularity = PoisonList::line_bytes;
  std::uint16_t total = 0;
  std::uint16_t returned = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(granularity), codec(total), codec(returned);
  }
};

/// How long the sanitizing of so much memory takes (sources.md 4.10).
Nanoseconds sanitize_duration(std::uint64_t bytes);

/// Sanitize (4400h) and media operations (4402h) in the background. While a sanitize runs the media
/// is disabled; at its end all memory of the host and the label storage are zero, poison and event
/// records are gone. Aborted, it enables the media again and changes nothing else. A media
/// operation zeroes the ranges it names; a bad one is 02h, memory that is not the host's, or is
/// read-only, 0Fh. What the host has lost of them when the operation ends is left alone, and the
/// operation ends with 04h.
///
/// A host that holds read-only capacity cannot have all its memory sanitized: 04h, until it has
/// released it. What is accepted while a sanitize runs keeps its contents, and the operation ends
/// with 04h.
class Sanitizer {
 public:
  Sanitizer(MediaControl& media, const OwnMemory& memory, PoisonList& poison,
            StaticCapacity& static_capacity, EventLogs& events);

  void add_commands(Cci& cci);
  bool media_disabled() const { return media_disabled_; }
  /// The end of a sanitize, if one is under way. 04h: some memory was read-only.
  ReturnCode finish();

 private:
  Reply sanitize(Cci& cci);
  Reply operate(const Request& request, Cci& cci);
  Reply discover(const Request& request, const MediaOperation& operation) const;
  ReturnCode read_ranges(const Request& request, const MediaOperation& operation,
                         std::vector<MediaRange>& ranges) const;
  void clear(std::uint64_t dpa, std::uint64_t length);
  /// False: some of the range is not the host's to clear.
  bool clear_what_is_held(std::uint64_t dpa, std::uint64_t length);

  MediaControl& media_;
  const OwnMemory& memory_;
  PoisonList& poison_;
  StaticCapacity& static_capacity_;
  EventLogs& events_;
  bool media_disabled_ = false;
};

}  // namespace cxlpool::command
