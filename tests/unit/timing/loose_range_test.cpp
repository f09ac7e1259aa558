// SPDX-License-Identifier: Apache-2.0
// Beyond the range that the loosely timed mode is proven in: by how much it is off there. These are
// the figures of the warnings (platforms/run/proven_range.cpp) and of the table in
// docs/modules/time.md. A run books in the order of sending; initiators that do not know of each
// other book in turns of a quantum.
#include "models/timing/loose_range.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/timing/loose_network.h"

namespace cxlpool::timing::test {
namespace {

constexpr Picoseconds us = 1'000 * ps_per_ns;
constexpr Picoseconds in_order = 0;

double mean_of(const NetworkPlan& plan, const NetworkTrace& trace, const SourcePlan& source) {
  double sum = 0;
  for (const std::size_t i : source.accesses) {
    sum += static_cast<double>(trace[i].completed - plan.accesses[i].not_before);
  }
  return sum / static_cast<double>(source.accesses.size());
}

/// By how much booked latencies are above those of the queues, as shares of these.
struct Off {
  double mean = 0, p99 = 0;
  double lowest_host = 0, highest_host = 0;  ///< of the hosts' own means
};

Off off(const NetworkPlan& plan, const NetworkTrace& exact, const NetworkTrace& loose) {
  const Latency wanted = latency(plan, exact), got = latency(plan, loose);
  Off off{got.mean / wanted.mean - 1, got.p99 / wanted.p99 - 1, 1e9, -1e9};
  for (const SourcePlan& source : plan.sources) {
    const double host = mean_of(plan, loose, source) / mean_of(plan, exact, source) - 1;
    off.lowest_host = std::min(off.lowest_host, host);
    off.highest_host = std::max(off.highest_host, host);
  }
  return off;
}

void print(const std::string& what, const Off& off) {
  std::printf("  %-44s mean %+8.2f %%, p99 %+8.2f %%, hosts' means %+8.2f to %+8.2f %%\n",
              what.c_str(), 100 * off.mean, 100 * off.p99, 100 * off.lowest_host,
              100 * off.highest_host);
}

std::string percent(double share) { return std::to_string(std::lround(100 * share)) + " %"; }

const Shape flagship{"x8 hosts, x16 devices, 68B, 1 line", {5, 8}, {5, 16}};

/// How far hosts run ahead does not matter as long as bookings are kept for as long.
TEST(LooseRangeTest, LongQuantaAreAsGoodAsBookingsAreKept) {
  std::printf("%s, 33 %% writes\n", flagship.name);
  Queues kept;
  kept.span = 13 * us;
  NetworkPlan plan = fabric(flagship, kept);
  add_poisson(plan, flagship, 0.7, 0.33, 8'000, 17);
  const NetworkTrace exact = queued(plan);
  print("load 70 %, quantum 1 us", off(plan, exact, booked(plan, us)));
  const Off got = off(plan, exact, booked(plan, 10 * us));
  print("load 70 %, quantum 10 us", got);
  EXPECT_LT(std::abs(got.mean), 0.01);
  EXPECT_LT(std::abs(got.p99), 0.05);
  for (StationPlan& station : plan.stations) station.span = 4 * us;
  const Off forgotten = off(plan, exact, booked(plan, 10 * us));
  print("load 70 %, quantum 10 us, kept for 4 us", forgotten);
  EXPECT_GT(forgotten.mean, 1.0) << "then there is no need to keep them";
}

struct Discipline {
  const char* name;
  Arbitration arbitration;
  std::vector<unsigned> weights;
};

/// Every fourth host comes first, or has eight times the weight.
bool is_favoured(unsigned host) { return host % 4 == 3; }

std::vector<unsigned> eight_times_the_weight() {
  std::vector<unsigned> weights;
  for (unsigned host = 0; host != hosts; ++host) weights.push_back(is_favoured(host) ? 8 : 1);
  return weights;
}

/// Who goes first changes who waits, not how long all wait together. Two thirds of writes load the
/// way down, where hosts meet.
TEST(LooseRangeTest, TheMeanOverAllHostsHoldsWhoeverGoesFirst) {
  const Shape narrow{"x16 hosts, x8 devices, 68B, 1 line", {5, 16}, {5, 8}};
  const Discipline disciplines[] = {
      {"FIFO", Arbitration::fifo, {}},
      {"round robin", Arbitration::round_robin, {}},
      {"weighted 8 to 1", Arbitration::weighted, eight_times_the_weight()},
      {"priority", Arbitration::priority, {}}};
  const auto traffic_class = [](unsigned host) -> std::uint8_t { return is_favoured(host); };
  std::printf("%s, 67 %% writes\n", narrow.name);
  for (const Discipline& each : disciplines) {
    for (const double load : {0.5, 0.7, 0.8}) {
      NetworkPlan plan = fabric(narrow, {each.arbitration, each.weights});
      add_poisson(plan, narrow, load, 0.67, 1'000, 17, traffic_class);
      const NetworkTrace exact = queued(plan);
      const std::string what = std::string(each.name) + ", load " + percent(load);
      const Off got = off(plan, exact, booked(plan, in_order));
      print(what, got);
      EXPECT_LT(std::abs(got.mean), 0.01) << what;
      const Off in_turns = off(plan, exact, booked(plan, us));
      print(what + ", in turns of 1 us", in_turns);
      EXPECT_LT(std::abs(in_turns.mean), 0.01) << what;
    }
  }
}

/// Places held in the mean at the fullest input, as a run tells it from what its stations saw.
double most_places_held(const NetworkPlan& plan, const StationNetwork& network,
                        const NetworkTrace& loose) {
  Picoseconds length = 0;
  for (const AccessTrace& access : loose) length = std::max(length, access.completed);
  std::map<std::pair<const Station*, const Station*>, std::pair<double, Picoseconds>> inputs;
  for (const AccessPlan& access : plan.accesses) {
    for (std::size_t hop = 1; hop < access.path.size(); ++hop) {
      const Station& before = *network.stations()[access.path[hop - 1].station];
      auto& [messages, flight] =
          inputs[{&before, network.stations()[access.path[hop].station].get()}];
      ++messages;
      flight = before.alone(access.message(hop - 1));
    }
  }
  double most = 0;
  for (const auto& [ends, input] : inputs) {
    const StationStatistics seen = ends.second->statistics(Wheel::never);
    const double mean_wait = static_cast<double>(seen.waited) / static_cast<double>(seen.messages);
    most = std::max(most, places_held(input.first, input.second, mean_wait, length));
  }
  return most;
}

/// Booked, nobody sees a full queue; but what was booked tells whether one would have been.
TEST(LooseRangeTest, QueuesThatWouldHaveBeenFullAreForetold) {
  const Shape several{"x16 hosts, x8 devices, 68B, 4 lines", {5, 16}, {5, 8}, 4};
  for (const Shape& shape : {flagship, several}) {
    std::printf("%s, reads\n", shape.name);
    for (const double load : {0.5, 0.7}) {
      NetworkPlan plan = fabric(shape);
      add_poisson(plan, shape, load, 0, 1'000, 17);
      const NetworkTrace unbounded = queued(plan);
      StationNetwork network{plan};
      const NetworkTrace loose = booked(network, plan, in_order);
      const double held = most_places_held(plan, network, loose);
      for (const unsigned depth : {2, 4, 8, 16, 48, 64}) {
        for (StationPlan& station : plan.stations) {
          if (station.label != "issue") station.depth = depth;
        }
        const NetworkTrace exact = queued(plan);
        char what[80];
        std::snprintf(what, sizeof what, "load %.0f %%, %u places, %.1f held%s", 100 * load, depth,
                      held, places_needed(held) > depth ? ", warns" : "");
        print(what, off(plan, exact, loose));
        const Off bounded = off(plan, unbounded, exact);  // what the queues are to blame for
        if (places_needed(held) <= depth) {
          EXPECT_LT(bounded.mean, 0.005) << what;
          EXPECT_LT(bounded.p99, 0.02) << what;
        } else if (held > depth) {
          EXPECT_GT(bounded.mean, 0.5) << what;
        }
      }
    }
  }
}

}  // namespace
}  // namespace cxlpool::timing::test
