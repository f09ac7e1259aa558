// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/proven_range.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/timing/loose_range.h"
#include "platforms/builder_timing.h"
#include "platforms/format.h"

namespace cxlpool::platforms {
namespace {

// The figures are those that tests/unit/timing/loose_network_test.cpp and loose_range_test.cpp
// print; of DRAM, dram_bandwidth_test.cpp.

void warn_of_quantum(const RunResult& result, std::vector<std::string>& warnings) {
  const timing::Picoseconds quantum = result.description.quantum;
  if (quantum <= proven_quantum) return;
  const timing::Picoseconds effective = effective_quantum(result.description);
  const std::string instead =
      effective == quantum ? ""
                           : fmt::format(" (of which hosts use {}, as far as bookings are kept)",
                                         human_duration(effective));
  warnings.push_back(fmt::format(
      "quantum {}{}: loosely timed latencies are proven up to {}. With 10 us they were 1 % off in "
      "the mean and 3 % at p99 at 70 % load, as with 1 us, and a host's own mean up to 4 %",
      human_duration(quantum), instead, human_duration(proven_quantum)));
}

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
      "up to 1 % off in the mean, and at p99 by 6 % where hosts have narrow links of their own and "
      "by up to 40 % where they meet on one, near saturation by any factor: use --mode at",
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
        "{} arbitrates by {}, but a loosely timed run serves first come, first served: at 70 % "
        "load the mean over all hosts was within 1 %, but a host's own 3 % low to 11 % high, at 80 "
        "% 7 % low to 29 % high; use --mode at",
        each.name, weighted ? "weight" : "priority"));
  }
}

/// Names the queue that is shortest for what it would have held.
void warn_of_queues(const RunResult& result, std::vector<std::string>& warnings) {
  const StationResult* worst = nullptr;
  double least = 1;
  for (const StationResult& station : result.stations) {
    const double needed = timing::places_needed(station.places_held);
    if (station.queue_places == 0 || station.queue_places >= least * needed) continue;
    least = station.queue_places / needed;
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

/// Of all streams, 0 for a run without any.
double p99_of(const RunResult& result) {
  timing::Histogram all;
  for (const StreamResult& stream : result.streams) {
    all.merge(stream.statistics.measured.reads);
    all.merge(stream.statistics.measured.writes);
  }
  constexpr unsigned of_1000 = 990;
  return all.count() == 0 ? 0 : static_cast<double>(all.quantile(of_1000));
}

/// Streams that book in turns and meet at a server that is slow for what a request takes: several
/// lines at a time, or a narrow link.
void warn_of_turns(const RunResult& result, std::vector<std::string>& warnings) {
  const double p99 = p99_of(result);
  if (p99 == 0) return;  // nothing was measured
  const StationResult* worst = nullptr;
  double most = proven_p99 * p99, service_of_worst = 0;
  for (const StationResult& station : result.stations) {
    if (station.streams < 2 || station.statistics.messages == 0) continue;
    const double busy = station.utilisation(result.measured.length);
    if (busy > proven_utilisation) continue;  // said already
    const double service = static_cast<double>(station.statistics.busy) /
                           static_cast<double>(station.statistics.messages);
    const double late = timing::lateness_in_turns(busy, service, station.streams);
    if (late <= most) continue;
    most = late;
    worst = &station;
    service_of_worst = service;
  }
  if (!worst) return;
  const bool several_lines =
      worst->statistics.bytes > worst->statistics.messages * timing::line_bytes;
  warnings.push_back(fmt::format(
      "{} streams meet at {}, {:.0f} % busy with {}messages of {}: loosely timed, where each books "
      "in its turn, p99 may be some {} ({:.0f} %) high; the mean holds within 1.5 %; for p99 use "
      "--mode at",
      worst->streams, worst->label, 100 * worst->utilisation(result.measured.length),
      several_lines ? "requests of several lines, " : "",
      human_duration(static_cast<timing::Picoseconds>(service_of_worst)),
      human_duration(static_cast<timing::Picoseconds>(most)), 100 * most / p99));
}

}  // namespace

std::vector<std::string> beyond_proven_range(const RunResult& result) {
  std::vector<std::string> warnings;
  if (result.options.mode != traffic::Mode::lt) return warnings;
  warn_of_quantum(result, warnings);
  warn_of_load(result, warnings);
  warn_of_reordering(result, warnings);
  warn_of_arbitration(result, warnings);
  warn_of_queues(result, warnings);
  warn_of_turns(result, warnings);
  return warnings;
}

}  // namespace cxlpool::platforms
