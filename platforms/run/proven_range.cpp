// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/proven_range.h"

#include <algorithm>

#include <fmt/format.h>

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
        "{} is DRAM, which a loosely timed run books by mean costs and cannot reorder: latencies "
        "were 3 to 10 % low for reads alone and 24 to 60 % low for reads and writes; use --mode at",
        station.label));
    return;  // one says it for all
  }
}

void warn_of_arbitration(const RunResult& result, std::vector<std::string>& warnings) {
  for (const SwitchDescription& each : result.description.switches) {
    const bool weighted = each.timing.arbitration == Arbitration::weighted;
    if (!weighted && each.timing.arbitration != Arbitration::priority) continue;
    warnings.push_back(
        fmt::format("{} arbitrates by {}, but a loosely timed run serves first come, first served: "
                    "at 70 % load "
                    "the mean over all hosts was within 1 %, but a host's own 3 % low to 11 % "
                    "high, at 80 % 7 % "
                    "low to 29 % high; use --mode at",
                    each.name, weighted ? "weight" : "priority"));
  }
}

}  // namespace

std::vector<std::string> beyond_proven_range(const RunResult& result) {
  std::vector<std::string> warnings;
  if (result.options.mode != traffic::Mode::lt) return warnings;
  warn_of_quantum(result, warnings);
  warn_of_load(result, warnings);
  warn_of_reordering(result, warnings);
  warn_of_arbitration(result, warnings);
  return warnings;
}

}  // namespace cxlpool::platforms
