// SPDX-License-Identifier: Apache-2.0
// Stations against a simulation of them that shares no code: every message, every station, to the
// picosecond.
#include <cstdio>
#include <random>

#include <gtest/gtest.h>

#include "tests/unit/timing/random_network.h"
#include "tests/unit/timing/reference_network.h"
#include "tests/unit/timing/station_network.h"

namespace cxlpool::timing::test {
namespace {

/// Empty, or where the two differ first.
std::string difference(const NetworkPlan& plan, const NetworkTrace& a, const NetworkTrace& b) {
  std::string first;
  Picoseconds first_at = ~Picoseconds{0};
  const auto note = [&](std::size_t access, const std::string& where, Picoseconds x,
                        Picoseconds y) {
    if (x == y || std::min(x, y) >= first_at) return;
    first_at = std::min(x, y);
    first = "access " + std::to_string(access) + " " + where + ": " + std::to_string(x) +
            " ps, reference " + std::to_string(y) + " ps";
  };
  for (std::size_t i = 0; i < plan.accesses.size(); ++i) {
    for (std::size_t hop = 0; hop < plan.accesses[i].path.size(); ++hop) {
      const std::string& label = plan.stations[plan.accesses[i].path[hop].station].label;
      note(i, "arrives at " + label, a[i].stops[hop].arrived, b[i].stops[hop].arrived);
      note(i, "begins at " + label, a[i].stops[hop].begun, b[i].stops[hop].begun);
    }
    note(i, "completes", a[i].completed, b[i].completed);
  }
  return first;
}

TEST(NetworkTest, EveryMessageIsWhereTheReferenceHasItToThePicosecond) {
  constexpr unsigned networks = 300;
  unsigned blocked = 0, far_back = 0, in_no_time = 0;
  std::size_t accesses = 0, hops = 0;
  std::uint64_t refusals = 0;
  for (unsigned seed = 1; seed <= networks; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const NetworkPlan plan = RandomNetwork{seed}.make();
    ReferenceNetwork reference{plan};
    const NetworkTrace wanted = reference.run();
    StationNetwork network{plan, seed};
    const NetworkTrace& got = network.run();
    for (std::size_t i = 0; i < plan.accesses.size(); ++i) {
      ASSERT_TRUE(wanted[i].complete) << "access " << i;
      ASSERT_TRUE(got[i].complete) << "access " << i;
      hops += plan.accesses[i].path.size();
    }
    ASSERT_EQ(difference(plan, got, wanted), "");
    EXPECT_TRUE(network.timeline().find_deadlock().empty());
    for (std::size_t i = 0; i < plan.stations.size(); ++i) {
      ASSERT_EQ(network.station(i).statistics().deepest_queue, reference.deepest_queue(i))
          << plan.stations[i].label;
    }

    accesses += plan.accesses.size();
    refusals += reference.refusals();
    Picoseconds total = 0;
    bool at_the_port = false;
    for (const auto& station : network.stations()) {
      total += station->statistics().blocked;
      const bool port = station->label().compare(0, 4, "port") == 0;
      at_the_port |= port && station->statistics().blocked > 0;
    }
    blocked += total > 0;
    far_back += at_the_port;
    bool no_time = false;
    for (const AccessTrace& trace : got) {
      for (std::size_t hop = 0; hop + 1 < trace.stops.size(); ++hop) {
        no_time |= trace.stops[hop].begun == trace.stops[hop + 1].arrived;
      }
    }
    in_no_time += no_time;
  }
  std::printf(
      "%u networks, %zu accesses, %zu stops, %llu refusals; blocking in %u, up to a host's "
      "port in %u, messages that take no time in %u\n",
      networks, accesses, hops, static_cast<unsigned long long>(refusals), blocked, far_back,
      in_no_time);
  EXPECT_GT(blocked, networks / 2);
  EXPECT_GT(far_back, networks / 3);
  EXPECT_GT(in_no_time, networks / 20);
}

/// Ends a network at some instant, with a measurement that begins and may end before: what a
/// station says then is what the reference did there, foreseen or not.
TEST(NetworkTest, StatisticsUpToAnyInstantAreThoseOfTheReference) {
  std::mt19937_64 random{5};
  for (unsigned seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const NetworkPlan plan = RandomNetwork{seed}.make();
    const NetworkTrace wanted = ReferenceNetwork{plan}.run();
    Picoseconds last = 0;
    for (const AccessTrace& trace : wanted) last = std::max(last, trace.completed);
    const Picoseconds end = random() % (last + 1);
    const Picoseconds from = random() % (end + 1);
    const Picoseconds until = from + random() % (last + 1);
    StationNetwork network{plan, seed};
    for (const auto& station : network.stations()) station->measure(from, until);
    while (network.timeline().next() <= end) network.timeline().step();
    std::vector<StationStatistics> sums(plan.stations.size());
    for (std::size_t i = 0; i < plan.accesses.size(); ++i) {
      for (std::size_t hop = 0; hop < plan.accesses[i].path.size(); ++hop) {
        const AccessTrace::Stop& stop = wanted[i].stops[hop];
        if (stop.begun < from || stop.begun >= until || stop.begun > end) continue;
        StationStatistics& sum = sums[plan.accesses[i].path[hop].station];
        ++sum.messages;
        sum.waited += stop.begun - stop.arrived;
        sum.longest_wait = std::max(sum.longest_wait, stop.begun - stop.arrived);
      }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
      SCOPED_TRACE(plan.stations[i].label);
      const StationStatistics got = network.station(i).statistics(end);
      ASSERT_EQ(got.messages, sums[i].messages);
      ASSERT_EQ(got.waited, sums[i].waited);
      ASSERT_EQ(got.longest_wait, sums[i].longest_wait);
    }
  }
}

TEST(NetworkTest, LegsAreCutWhereverTheirOwnerLikes) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const NetworkPlan plan = RandomNetwork{seed}.make();
    StationNetwork one{plan, 1};
    StationNetwork other{plan, 2};
    ASSERT_EQ(difference(plan, one.run(), other.run()), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace cxlpool::timing::test
