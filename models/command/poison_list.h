// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "models/command/bytes.h"
#include "models/command/clock.h"
#include "models/command/return_code.h"

namespace cxlpool::command {

enum class PoisonSource : std::uint8_t { unknown = 0, external = 1, internal = 2, injected = 3 };

/// Poisoned cache lines of a device (sources.md 4.9), as disjoint records. It holds at most
/// `limit` of them; what the limit keeps out is remembered, stays poisoned for the data path, and
/// comes back into the list when a scan of the media rebuilds it. Such a loss sets the overflow
/// flag and its time.
class PoisonList {
 public:
  static constexpr std::uint64_t line_bytes = 64;

  struct Record {
    std::uint64_t start = 0;
    std::uint64_t length = 0;
    PoisonSource source = PoisonSource::unknown;
    std::uint64_t end() const { return start + length; }
  };

  PoisonList(std::uint32_t limit, const Timestamp& timestamp)
      : limit_(limit), timestamp_(timestamp) {}

  /// 4301h: one line. Success for a line that is poisoned already; 10h when the list is full or
  /// `inject_limit` lines (0 = any number) are injected.
  ReturnCode inject_line(std::uint64_t dpa, std::uint16_t inject_limit);
  /// From outside the device, as by a test: false for a misaligned or empty range, one that wraps
  /// or has more lines than a record can tell, or one that overlaps a record.
  bool inject(std::uint64_t start, std::uint64_t length);
  /// 4302h: a record around the line is split; a part that no longer fits is dropped as overflow.
  void clear_line(std::uint64_t dpa);
  void clear_range(std::uint64_t start, std::uint64_t length);
  /// The end of a scan: what overflow kept out is listed again, as far as it fits.
  void rebuild();

  bool poisoned(std::uint64_t dpa, std::uint64_t length) const;
  /// Listed records, clipped to the range.
  std::vector<Record> within(std::uint64_t start, std::uint64_t length) const;
  std::size_t size() const { return listed_.size(); }
  bool overflowed() const { return overflowed_; }
  std::uint64_t overflow_time() const { return overflow_time_; }

  void save(Writer& state) const;

 private:
  using Records = std::map<std::uint64_t, Record>;  ///< by start

  static bool overlaps(const Records& records, std::uint64_t start, std::uint64_t length);
  void insert(const Record& record);
  void mark_overflow();

  std::uint32_t limit_;
  const Timestamp& timestamp_;
  Records listed_;
  Records unlisted_;
  bool overflowed_ = false;
  std::uint64_t overflow_time_ = 0;
};

}  // namespace cxlpool::command
