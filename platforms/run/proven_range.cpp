// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/proven_range.h"

#include <fmt/format.h>

#include "platforms/builder_timing.h"
#include "platforms/format.h"

namespace cxlpool::platforms {
namespace {

// The figures are those that tests/unit/timing/loose_network_test.cpp and loose_range_test.cpp
// print; of DRAM, dram_bandwidth_test.cpp.

void warn_of_load(const RunResult& result, std::vector<std::string>& warnings) {
  const StationResult* busiest = nullptr;
  double load = proven_utilisation;
  for (const StationResult& station : result.stations) {
    const double busy = station.utilisation(result.measured.length);
    if (busy <= load) continue;
    load = busy;
    busiest = &station;
  }
  if (!busiest) return;
  warnings.push_back(fmt::format(
      "{} was {:.0f} % busy; loosely timed latencies are proven up to {:.0f} %. At 80 % they were "
      "within 1 % in the mean and 2 % at p99 with FIFO arbitration (and 9 % with round robin). "
      "Near saturation they are off by any factor: use --mode at",
      busiest->label, 100 * load, 100 * proven_utilisation));
}

void warn_of_reordering(const RunResult& result, std::vector<std::string>& warnings) {
  for (const StationResult& station : result.stations) {
    if (station.banks.empty() || station.statistics.messages == 0) continue;
    warnings.push_back(fmt::format(
        "{} is DRAM, which a loosely timed run books by mean costs and cannot reorder: mean "
        "latencies were 3 to 10 % low for random reads alone and 24 to 60 % low for reads and "
        "writes, a single stream's up to 16 % low, and p99 is not to be used; use --mode at",
        station.label));
    return;  // one says it for all
  }
}

void warn_of_arbitration(const RunResult& result, std::vector<std::string>& warnings) {
  for (const SwitchDescription& each : result.description.switches) {
    const bool weighted = each.timing.arbitration == Arbitration::weighted;
    if (!weighted && each.timing.arbitration != Arbitration::priority) continue;
    warnings.push_back(fmt::format(
        "{} arbitrates by {}, but a loosely timed run serves first come, first served. In tests at "
        "70 % load the mean over all hosts was within 1 % and p99 3 % low, with a host's own mean "
        "1 % low to 3 % high; at 80 % load p99 was 10 % low and a host's own mean up to 5 % high. "
        "Use --mode at",
        each.name, weighted ? "weight" : "priority"));
  }
}

/// What was booked over the slowest way lies further ahead than what others book next.
void warn_of_slow_ways(const RunResult& result, std::vector<std::string>& warnings) {
  const timing::Picoseconds slowest = slowest_way(result.description);
  constexpr timing::Picoseconds most = longest_span - kept_waits;
  if (slowest <= most) return;
  warnings.push_back(fmt::format(
      "an access may take up to {} with nobody in its way, but bookings are kept for {}: where its "
      "answer meets others that are faster, a loosely timed run has these wait; use --mode at",
      human_duration(slowest), human_duration(most)));
}

/// Names the queue that is shortest for what it would have held.
void warn_of_queues(const RunResult& result, std::vector<std::string>& warnings) {
  const StationResult* worst = nullptr;
  double least = 1;
  for (const StationResult& station : result.stations) {
    if (station.queue_places == 0 || station.queue_places >= least * station.places_needed) {
      continue;
    }
    least = station.queue_places / station.places_needed;
    worst = &station;
  }
  if (!worst) return;
  std::string text = fmt::format(
      "the queue of {} has {} places, and {:.1f} would have been taken in the mean, on the way to "
      "it and in it, which a loosely timed run does not see: ",
      worst->label, worst->queue_places, worst->places_held);
  if (worst->places_held > worst->queue_places) {
    text += fmt::format("what went through is up to {:.1f} times what it can be",
                        worst->places_held / worst->queue_places);
  } else {
    text +=
        "with independent arrivals it is full at times; in tests latencies were then up to 7 % low "
        "in the mean and 32 % at p99";
  }
  warnings.push_back(text + "; use --mode at");
}

}  // namespace

std::vector<std::string> beyond_proven_range(const RunResult& result) {
  std::vector<std::string> warnings;
  if (result.options.mode != traffic::Mode::lt) return warnings;
  warn_of_slow_ways(result, warnings);
  warn_of_load(result, warnings);
  warn_of_reordering(result, warnings);
  warn_of_arbitration(result, warnings);
  warn_of_queues(result, warnings);
  return warnings;
}

}  // namespace cxlpool::platforms
