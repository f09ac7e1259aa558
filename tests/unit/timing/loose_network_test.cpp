// SPDX-License-Identifier: Apache-2.0
// The same accesses over the same stations, booked and queued: how far the loosely timed mode is
// from the approximately timed one.
#include "tests/unit/timing/loose_network.h"

#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace cxlpool::timing::test {
namespace {

/// How long a message spends between one place and the next, in the mean, by stage.
std::vector<double> by_stage(const NetworkPlan& plan, const NetworkTrace& trace) {
  std::vector<double> sum(plan.accesses.front().path.size());
  for (const AccessTrace& access : trace) {
    for (std::size_t hop = 0; hop < sum.size(); ++hop) {
      const bool last = hop + 1 == sum.size();
      const Picoseconds out = last ? access.completed : access.stops[hop + 1].arrived;
      sum[hop] += static_cast<double>(out - access.stops[hop].arrived);
    }
  }
  for (double& one : sum) one /= static_cast<double>(trace.size());
  return sum;
}

void print_stages(const NetworkPlan& plan, const NetworkTrace& exact, const NetworkTrace& loose) {
  const std::vector<double> a = by_stage(plan, exact);
  const std::vector<double> b = by_stage(plan, loose);
  for (std::size_t hop = 0; hop < a.size(); ++hop) {
    const std::string& label = plan.stations[plan.accesses.front().path[hop].station].label;
    std::printf("    %-17s exact %7.0f ps, booked %7.0f ps, %+6.0f\n", label.c_str(), a[hop],
                b[hop], b[hop] - a[hop]);
  }
}

/// The mean of whoever books first in every turn, and last.
void print_hosts(const NetworkPlan& plan, const NetworkTrace& exact, const NetworkTrace& loose) {
  for (const unsigned host : {0u, hosts - 1}) {
    double wanted = 0, got = 0;
    for (const std::size_t i : plan.sources[host].accesses) {
      wanted += static_cast<double>(exact[i].completed - plan.accesses[i].not_before);
      got += static_cast<double>(loose[i].completed - plan.accesses[i].not_before);
    }
    std::printf("    host %2u: mean %+6.2f %%\n", host, 100 * (got / wanted - 1));
  }
}

const Shape shapes[] = {
    {"x8 hosts, x16 devices, 68B, 1 line", {5, 8}, {5, 16}, 1},
    {"x16 hosts, x16 devices, 68B, 1 line", {5, 16}, {5, 16}, 1, 0.01, 0.08},
    {"x16 hosts, x8 devices, 68B, 4 lines", {5, 16}, {5, 8}, 4, 0.015, 0.4},
    {"x8 hosts, x16 devices, 256B, 1 line",
     {5, 8, FlitMode::flit_256b},
     {5, 16, FlitMode::flit_256b},
     1},
    {"x8 hosts, x16 devices, latency-optimised, 1 line",
     {5, 8, FlitMode::flit_256b_lopt},
     {5, 16, FlitMode::flit_256b_lopt},
     1},
    {"x8 hosts, x8 devices, 256B, 2 lines",
     {5, 8, FlitMode::flit_256b},
     {5, 8, FlitMode::flit_256b},
     2,
     0.01,
     0.25},
};

/// Booked in the order of their sending, as a run's initiators do, accesses wait as in the queues.
/// In turns, as initiators do that do not know of each other, whoever books first does not see the
/// others, and the last gets what they have left: the mean stays, and the tail grows with the
/// length of a message on the narrowest link.
TEST(LooseNetworkTest, MeanAndTailAreThoseOfTheQueuesUpToSeventyPercent) {
  for (const Shape& shape : shapes) {
    for (const double writes : {0.0, 0.33}) {
      std::printf("%s, %.0f %% writes\n", shape.name, 100 * writes);
      for (const double load : {0.3, 0.5, 0.7, 0.8, 0.9}) {
        NetworkPlan plan = fabric(shape);
        add_poisson(plan, shape, load, writes, 1'500, 17);
        const NetworkTrace exact = queued(plan);
        const Latency wanted = latency(plan, exact);
        SCOPED_TRACE(std::string{shape.name} + ", load " + std::to_string(load));
        for (const Picoseconds quantum : {0u, 100'000u, 1'000'000u}) {
          const NetworkTrace loose = booked(plan, quantum);
          const Latency got = latency(plan, loose);
          const double mean = got.mean / wanted.mean - 1;
          const double p99 = got.p99 / wanted.p99 - 1;
          std::printf(
              "  load %2.0f %%, quantum %4.0f ns: mean %7.0f ps, booked %7.0f ps, %+6.2f %%; "
              "p99 %7.0f ps, booked %7.0f ps, %+6.2f %%\n",
              100 * load, static_cast<double>(quantum) / ps_per_ns, wanted.mean, got.mean,
              100 * mean, wanted.p99, got.p99, 100 * p99);
          if (quantum > 0 && load == 0.7) print_hosts(plan, exact, loose);
          if (load > 0.7) continue;
          EXPECT_LT(std::abs(mean), quantum == 0 ? 0.01 : shape.mean_in_turns);
          EXPECT_LT(std::abs(p99), quantum == 0 ? 0.05 : shape.p99_in_turns);
          if (quantum == 100'000u && load > 0.6) print_stages(plan, exact, loose);
        }
      }
    }
  }
}

TEST(LooseNetworkTest, AccessesThatAreFarApartTakeTheSameToThePicosecond) {
  for (const Shape& shape : shapes) {
    NetworkPlan plan = fabric(shape);
    std::mt19937_64 random{3};
    plan.sources.resize(hosts);
    Picoseconds now = 0;
    for (unsigned i = 0; i != 1'000; ++i) {
      now += 1'000'000 + random() % 1'000'000;
      const auto host = static_cast<unsigned>(random() % hosts);
      AccessPlan made = access(plan, host, static_cast<unsigned>(random() % devices),
                               1 + static_cast<unsigned>(random() % 4), random() % 2 == 0);
      made.not_before = now;
      plan.sources[host].accesses.push_back(plan.accesses.size());
      plan.accesses.push_back(made);
    }
    const NetworkTrace exact = queued(plan);
    for (const Picoseconds quantum : {0u, 100'000u, 1'000'000u}) {
      const NetworkTrace loose = booked(plan, quantum);
      for (std::size_t i = 0; i < plan.accesses.size(); ++i) {
        for (std::size_t hop = 0; hop < plan.accesses[i].path.size(); ++hop) {
          ASSERT_EQ(loose[i].stops[hop].arrived, exact[i].stops[hop].arrived);
        }
        ASSERT_EQ(loose[i].completed, exact[i].completed);
      }
    }
  }
}

}  // namespace
}  // namespace cxlpool::timing::test
