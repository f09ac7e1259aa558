// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traffic/initiator.h"

namespace cxlpool::platforms {

/// What each host's requests came to in each interval of simulated time, by when they were
/// answered: answers may be told in any order, as hosts that run ahead of each other do.
///
/// A run of unknown length must not fill the memory: whenever there would be more than
/// max_intervals, two neighbours become one and the interval is twice as long from then on.
class TimeSeries {
 public:
  static constexpr std::size_t max_intervals = 1u << 16;

  /// `interval` in picoseconds, more than 0.
  TimeSeries(std::size_t hosts, timing::Picoseconds interval)
      : interval_(interval), by_host_(hosts) {}

  void answered(fabric::HostId host, const traffic::Answer& answer);

  timing::Picoseconds interval() const { return interval_; }
  /// CSV with a heading: a line for every interval and host up to the last one in which anything
  /// was answered. Throws std::runtime_error when the file cannot be written.
  void write(const std::string& path, const std::vector<std::string>& hosts) const;

 private:
  struct Interval {
    std::uint64_t completed = 0, refused = 0;
    std::uint64_t read_bytes = 0, write_bytes = 0;  // of completed requests
    timing::Picoseconds latency = 0, longest = 0;   // sum and most, likewise
    void add(const Interval& other);
  };

  void halve();

  timing::Picoseconds interval_;
  std::vector<std::vector<Interval>> by_host_;
};

}  // namespace cxlpool::platforms
