// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platforms/builder.h"
#include "platforms/description.h"
#include "platforms/programming.h"
#include "platforms/run/mmio_script.h"
#include "traffic/initiator.h"

namespace cxlpool::platforms {

struct RunOptions {
  traffic::Mode mode = traffic::Mode::functional;
  bool compiled_routes = true;
  std::optional<timing::Picoseconds> until;  ///< stop the simulation then
  std::string out_dir;                       ///< where files go; empty: none are written
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

/// What a run came to. Everything but the wall time repeats exactly.
struct RunResult {
  PlatformDescription description;
  RunOptions options;
  Programming programming;
  std::vector<MmioVerdict> mmio;
  std::vector<StreamResult> streams;
  std::vector<DeviceResult> devices;
  std::vector<ComponentResult> components;
  std::vector<std::string> deadlock;  ///< stations that wait for each other, in a cycle
  std::vector<traffic::Failure> failures;
  std::uint64_t failure_count = 0;
  std::uint64_t audited_bytes = 0;
  std::uint64_t request_trace_records = 0;
  std::size_t hotplug_carried_out = 0;
  timing::Picoseconds simulated_ps = 0;
  double wall_seconds = 0;

  /// Every stream came to its end, unless --until came first; every request was completed and
  /// verified, every decoder committed, every hot-plug carried out, every firmware expectation
  /// held.
  bool good() const;
  /// Why not, a sentence each; empty when good().
  std::vector<std::string> problems() const;
};

/// Builds the platform, programs it, replays its traffic and checks everything. One run a process.
/// Throws InputError for a region that cannot be made and traffic that cannot be, TraceError for a
/// damaged trace.
RunResult run(const PlatformDescription& description, const RunOptions& options);

}  // namespace cxlpool::platforms
