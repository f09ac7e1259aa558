// SPDX-License-Identifier: Apache-2.0
// The same accesses over the same stations, booked and queued: how far the loosely timed mode is
// from the approximately timed one.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/timing/station_network.h"

namespace cxlpool::timing::test {
namespace {

constexpr unsigned hosts = 16;
constexpr unsigned devices = 8;

struct Shape {
  const char* name;
  LinkConfig host_link, device_link;
  unsigned lines = 1;
  // What is not reached while hosts book in turns.
  double mean_in_turns = 0.01;
  double p99_in_turns = 0.05;
};

unsigned add(NetworkPlan& plan, std::string label, unsigned inputs, Picoseconds latency,
             PipePlan pipe) {
  StationPlan station;
  station.label = std::move(label);
  station.inputs = inputs;
  station.latency = latency;
  station.pipe = pipe;
  plan.stations.push_back(station);
  return static_cast<unsigned>(plan.stations.size() - 1);
}

unsigned add(NetworkPlan& plan, std::string label, unsigned inputs, Picoseconds latency,
             LinkConfig config, LinkDirection::Way way) {
  const unsigned made = add(plan, std::move(label), inputs, latency, PipePlan{});
  plan.stations[made].link = LinkPlan{config, way};
  return made;
}

/// Payload that a direction carries when all is reads: the responses', 270 or 300 of 60 units a
/// slot each.
double ps_per_access(const LinkConfig& config, unsigned lines) {
  LinkDirection link{config, LinkDirection::Way::s2m};
  Message message;
  message.kind = MessageKind::drs;
  message.lines = static_cast<std::uint8_t>(lines);
  Picoseconds now = 0;
  constexpr unsigned count = 10'000;
  for (unsigned i = 0; i != count; ++i) now = link.serve(message, now, 0).free_at;
  return static_cast<double>(now) / count;
}

/// Stations of one stage have the same label.
NetworkPlan fabric(const Shape& shape) {
  using Way = LinkDirection::Way;
  constexpr Picoseconds ns = ps_per_ns;
  NetworkPlan plan;
  const auto flat = [](Picoseconds latency) { return PipePlan{latency, 0, 0, latency, 0}; };
  for (unsigned h = 0; h != hosts; ++h) add(plan, "issue", 1, 0, PipePlan{0, 500, 0, 0, 0});
  for (unsigned h = 0; h != hosts; ++h) {
    add(plan, "host link down", 1, 10 * ns, shape.host_link, Way::m2s);
  }
  for (unsigned h = 0; h != hosts; ++h) add(plan, "switch down", 1, 0, flat(25 * ns));
  for (unsigned d = 0; d != devices; ++d) {
    add(plan, "device link down", hosts, 10 * ns, shape.device_link, Way::m2s);
  }
  for (unsigned d = 0; d != devices; ++d) add(plan, "controller", 1, 0, flat(20 * ns));
  for (unsigned d = 0; d != devices; ++d) add(plan, "media", 1, 0, flat(80 * ns));
  for (unsigned d = 0; d != devices; ++d) {
    add(plan, "device link up", 1, 10 * ns, shape.device_link, Way::s2m);
  }
  for (unsigned d = 0; d != devices; ++d) add(plan, "switch up", 1, 0, flat(25 * ns));
  for (unsigned h = 0; h != hosts; ++h) {
    add(plan, "host link up", devices, 10 * ns, shape.host_link, Way::s2m);
  }
  return plan;
}

AccessPlan access(const NetworkPlan& plan, unsigned host, unsigned device, unsigned lines,
                  bool write) {
  AccessPlan made;
  made.request.kind = write ? MessageKind::rwd : MessageKind::req;
  made.request.write = write;
  made.request.lines = static_cast<std::uint8_t>(lines);
  made.request.host = static_cast<std::uint16_t>(host);
  made.request.dpa = plan.accesses.size();
  made.response = made.request;
  made.response.kind = write ? MessageKind::ndr : MessageKind::drs;
  const unsigned by_host = 3 * hosts, by_device = by_host + device;
  made.path = {{host, 0},
               {hosts + host, 0},
               {2 * hosts + host, 0},
               {by_device, host},
               {by_device + devices, 0},
               {by_device + 2 * devices, 0},
               {by_device + 3 * devices, 0},
               {by_device + 4 * devices, 0},
               {by_host + 5 * devices + host, device}};
  made.down = 6;
  made.order = plan.accesses.size();
  return made;
}

/// Every host sends at random times to random devices, `load` of what the narrowest place takes.
void add_poisson(NetworkPlan& plan, const Shape& shape, double load, double writes, unsigned each,
                 unsigned seed) {
  // Reads load the way up; writes as much the way down.
  const double reads_share = std::max(1 - writes, writes);
  const double per_host = ps_per_access(shape.host_link, shape.lines) * reads_share;
  const double per_device =
      ps_per_access(shape.device_link, shape.lines) * reads_share * hosts / devices;
  const double gap = std::max(per_host, per_device) / load;
  std::mt19937_64 random{seed};
  const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; };
  plan.sources.resize(hosts);
  for (unsigned h = 0; h != hosts; ++h) {
    double now = 0;
    for (unsigned i = 0; i != each; ++i) {
      now -= std::log(uniform()) * gap;
      AccessPlan made = access(plan, h, static_cast<unsigned>(random() % devices), shape.lines,
                               uniform() < writes);
      made.not_before = static_cast<Picoseconds>(now);
      plan.sources[h].accesses.push_back(plan.accesses.size());
      plan.accesses.push_back(made);
    }
  }
}

/// Hosts take turns: each books all that it sends within `quantum` before the next has its turn.
/// 0: everything is booked in the order of its sending.
NetworkTrace booked(const NetworkPlan& plan, Picoseconds quantum) {
  StationNetwork network{plan};
  std::vector<std::size_t> order(plan.accesses.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const Picoseconds turn = std::max<Picoseconds>(quantum, 1);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const AccessPlan& x = plan.accesses[a];
    const AccessPlan& y = plan.accesses[b];
    return std::tuple{x.not_before / turn, x.request.host, x.not_before, a} <
           std::tuple{y.not_before / turn, y.request.host, y.not_before, b};
  });
  NetworkTrace trace(plan.accesses.size());
  for (const std::size_t i : order) {
    const AccessPlan& made = plan.accesses[i];
    Picoseconds now = made.not_before;
    for (std::size_t hop = 0; hop < made.path.size(); ++hop) {
      trace[i].stops.push_back({now, now});
      now = network.station(made.path[hop].station).book(made.message(hop), now);
    }
    trace[i].completed = now;
    trace[i].complete = true;
  }
  return trace;
}

NetworkTrace queued(const NetworkPlan& plan) { return StationNetwork{plan}.run(); }

struct Latency {
  double mean = 0;
  double p99 = 0;
};

/// Without the first tenth, in which the queues fill.
Latency latency(const NetworkPlan& plan, const NetworkTrace& trace) {
  std::vector<double> all;
  for (const SourcePlan& source : plan.sources) {
    for (std::size_t i = source.accesses.size() / 10; i < source.accesses.size(); ++i) {
      const std::size_t access = source.accesses[i];
      all.push_back(
          static_cast<double>(trace[access].completed - plan.accesses[access].not_before));
    }
  }
  std::sort(all.begin(), all.end());
  double sum = 0;
  for (const double one : all) sum += one;
  return {sum / static_cast<double>(all.size()), all[all.size() * 99 / 100]};
}

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

/// Booked in the order of their sending, accesses wait as in the queues. In turns, whoever books
/// first does not see the others, and the last gets what they have left: the mean stays, and the
/// tail grows with the length of a message on the narrowest link.
TEST(LooseNetworkTest, MeanAndTailAreThoseOfTheQueuesUpToSeventyPercent) {
  for (const Shape& shape : shapes) {
    for (const double writes : {0.0, 0.33}) {
      std::printf("%s, %.0f %% writes\n", shape.name, 100 * writes);
      for (const double load : {0.3, 0.5, 0.7, 0.8}) {
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
