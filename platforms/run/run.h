// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/timing/dram_channel.h"
#include "platforms/builder.h"
#include "platforms/description.h"
#include "platforms/programming.h"
#include "platforms/run/mmio_script.h"
#include "traffic/initiator.h"

namespace cxlpool::platforms {

struct RunOptions {
  traffic::Mode mode = traffic::Mode::functional;
  bool compiled_routes = true;
  std::optional<timing::Picoseconds> until;  ///< what would happen then or later does not
  std::string out_dir;                       ///< where files go; empty: none are written
  std::string timeline;                      ///< file of trace events; empty: none. Timed
  std::uint64_t timeline_requests = 10'000;  ///< how many requests are in it at most
  std::string vcd;                           ///< file of a value change dump; likewise
  std::vector<MmioStep> mmio;                ///< firmware replayed before the traffic
  /// Called now and then with answered requests and the number that will be asked, 0 if unknown.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
  traffic::RequestObserver* observer = nullptr;  ///< told of every answered request
};

struct StreamResult {
  std::string host;
  std::string what;  ///< the pattern, or the trace's path
  std::string region;
  traffic::InitiatorStatistics statistics;
  bool finished = false;  ///< false: --until came first
};

struct DeviceResult {
  std::string device;
  std::uint64_t capacity = 0;
  fabric::Counters counters;
  std::vector<std::uint64_t> bytes_by_host;  ///< as judged by the scoreboard's parts
};

struct ComponentResult {
  std::string label;
  std::string kind;
  fabric::Counters counters;
};

/// Adds requests of one stream to those of another, except for the batches, which stay apart.
inline void add(traffic::MeasuredRequests& to, const traffic::MeasuredRequests& more) {
  to.reads.merge(more.reads);
  to.writes.merge(more.writes);
  to.read_bytes += more.read_bytes;
  to.write_bytes += more.write_bytes;
}

/// A place where messages wait, and what it saw of the measured part of the run.
struct StationResult {
  std::string label;
  std::string kind;
  timing::StationStatistics statistics;
  std::vector<timing::DramBankStatistics> banks = {};  ///< of DRAM

  // What a loosely timed run cannot see but tell afterwards (ways_taken.h), of the fullest input.
  unsigned queue_places = 0;  ///< that it has, or the buffers that it shares; 0: no bound
  double places_held = 0;     ///< that would have been taken, in the mean
  double places_needed = 0;   ///< for that not to be full at times

  /// Share of the server's time in the measurement that messages took.
  double utilisation(timing::Picoseconds measured) const;
  timing::Picoseconds mean_wait() const;
  /// Messages that waited at once, in the mean over the measured time.
  double mean_queue(timing::Picoseconds measured) const;
};

/// The part of a run that latencies, bandwidths and stations' figures are of.
struct MeasuredSpan {
  timing::Picoseconds from = 0;
  timing::Picoseconds length = 0;  ///< 0: the warm-up lasted longer than the run
};

/// What a run came to. Everything but the wall time repeats exactly.
struct RunResult {
  PlatformDescription description;
  RunOptions options;
  Programming programming;
  std::vector<MmioVerdict> mmio;
  std::vector<StreamResult> streams;
  std::vector<DeviceResult> devices;
  std::vector<ComponentResult> components;
  std::vector<StationResult> stations;  ///< timed
  std::vector<std::string> deadlock;    ///< stations that wait for each other, in a cycle
  std::vector<traffic::Failure> failures;
  std::uint64_t failure_count = 0;
  std::uint64_t audited_bytes = 0;
  std::uint64_t request_trace_records = 0;
  std::size_t hotplug_carried_out = 0;
  MeasuredSpan measured;  ///< timed
  timing::Picoseconds simulated_ps = 0;
  double wall_seconds = 0;

  /// Every stream came to its end, unless --until came first; every request was completed and
  /// verified, every decoder committed, every hot-plug carried out, every firmware expectation
  /// held.
  bool good() const;
  bool timed() const { return options.mode != traffic::Mode::functional; }
  /// Why not, a sentence each; empty when good().
  std::vector<std::string> problems() const;
};

/// Builds the platform, programs it, replays its traffic and checks everything. One run a process.
/// Throws InputError for a region that cannot be made and traffic that cannot be, TraceError for a
/// damaged trace.
RunResult run(const PlatformDescription& description, const RunOptions& options);

}  // namespace cxlpool::platforms
