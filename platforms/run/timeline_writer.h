// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "platforms/run/activity.h"
#include "traffic/initiator.h"

namespace cxlpool::platforms {

/// Writes trace events as Perfetto and Chrome read them (the Trace Event Format, JSON): a process
/// for each host with the requests as slices, on as many tracks as were in flight at once, and one
/// more with the queues of the stations; counters for both. It is written as the run goes on, and
/// ends with the requests that it is bounded to: the first that are answered in the measurement.
class TimelineWriter final : public ActivitySink {
 public:
  /// Throws std::runtime_error when the file cannot be written.
  TimelineWriter(std::string path, const std::vector<std::string>& hosts,
                 const std::vector<std::string>& devices, const std::vector<std::string>& levels,
                 std::uint64_t limit);

  /// Requests that are answered before this are left out.
  void begin_at(timing::Picoseconds from) { from_ = from; }
  void request(fabric::HostId host, const traffic::Answer& answer);
  void changed(std::size_t level, timing::Picoseconds at, std::uint32_t value) override;
  /// Throws std::runtime_error when anything of it could not be written.
  void finish();

 private:
  unsigned lane(std::size_t host, timing::Picoseconds from, timing::Picoseconds until);
  void event(const std::string& text);
  void counter(std::size_t level, timing::Picoseconds at);
  void name(const char* what, std::size_t process, unsigned track, const std::string& name);
  std::size_t process_of(std::size_t level) const {
    return level < hosts_ ? level + 1 : hosts_ + 1;
  }

  std::string path_;
  std::ofstream file_;
  std::size_t hosts_;
  std::vector<std::string> devices_, levels_;  ///< quoted
  std::vector<std::uint32_t> values_;          ///< of the levels
  std::uint64_t limit_;
  std::uint64_t requests_ = 0;
  timing::Picoseconds from_ = 0, last_ = 0;
  bool first_ = true;
  bool begun_ = false;  ///< counters are being written
  /// Of each host: its tracks by when they become free.
  std::vector<std::multimap<timing::Picoseconds, unsigned>> lanes_;
};

}  // namespace cxlpool::platforms
