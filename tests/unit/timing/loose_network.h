// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "tests/unit/timing/station_network.h"

/// Hosts over a switch to devices, and the same accesses through it twice: booked, as the loosely
/// timed mode does, and queued, as the approximately timed one.
namespace cxlpool::timing::test {

inline constexpr unsigned hosts = 16;
inline constexpr unsigned devices = 8;

struct Shape {
  const char* name;
  LinkConfig host_link, device_link;
  unsigned lines = 1;
  // What is not reached while hosts book in turns.
  double mean_in_turns = 0.01;
  double p99_in_turns = 0.05;
};

inline unsigned add(NetworkPlan& plan, std::string label, unsigned inputs, Picoseconds latency,
                    PipePlan pipe) {
  StationPlan station;
  station.label = std::move(label);
  station.inputs = inputs;
  station.latency = latency;
  station.pipe = pipe;
  plan.stations.push_back(station);
  return static_cast<unsigned>(plan.stations.size() - 1);
}

inline unsigned add(NetworkPlan& plan, std::string label, unsigned inputs, Picoseconds latency,
                    LinkConfig config, LinkDirection::Way way) {
  const unsigned made = add(plan, std::move(label), inputs, latency, PipePlan{});
  plan.stations[made].link = LinkPlan{config, way};
  return made;
}

/// Payload that a direction carries when all is reads: the responses', 270 or 300 of 60 units a
/// slot each.
inline double ps_per_access(const LinkConfig& config, unsigned lines) {
  LinkDirection link{config, LinkDirection::Way::s2m};
  Message message;
  message.kind = MessageKind::drs;
  message.lines = static_cast<std::uint8_t>(lines);
  Picoseconds now = 0;
  constexpr unsigned count = 10'000;
  for (unsigned i = 0; i != count; ++i) now = link.serve(message, now, 0).free_at;
  return static_cast<double>(now) / count;
}

/// Who goes first at the switch's ports, and how many may wait at each place behind a host.
struct Queues {
  Arbitration arbitration = Arbitration::fifo;
  std::vector<unsigned> weights;         ///< of hosts
  unsigned depth = 0;                    ///< 0: as many as come
  Picoseconds span = 4'000 * ps_per_ns;  ///< in which bookings are kept
};

/// Stations of one stage have the same label.
inline NetworkPlan fabric(const Shape& shape, const Queues& queues = {}) {
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
  for (StationPlan& station : plan.stations) {
    station.span = queues.span;
    if (station.label != "issue") station.depth = queues.depth;
    if (station.label != "device link down" && station.label != "host link up") continue;
    station.arbitration = queues.arbitration;
    // Weights are of hosts; devices weigh alike.
    if (station.label == "device link down") station.weights = queues.weights;
  }
  return plan;
}

inline AccessPlan access(const NetworkPlan& plan, unsigned host, unsigned device, unsigned lines,
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

/// Of a host, the higher the sooner, where priority decides.
using TrafficClass = std::uint8_t (*)(unsigned host);

/// Every host sends at random times to random devices, `load` of what the narrowest place takes.
inline void add_poisson(NetworkPlan& plan, const Shape& shape, double load, double writes,
                        unsigned each, unsigned seed, TrafficClass traffic_class = nullptr) {
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
      if (traffic_class) made.request.traffic = made.response.traffic = traffic_class(h);
      plan.sources[h].accesses.push_back(plan.accesses.size());
      plan.accesses.push_back(made);
    }
  }
}

/// Hosts take turns: each books all that it sends within `quantum` before the next has its turn.
/// 0: everything is booked in the order of its sending.
inline NetworkTrace booked(StationNetwork& network, const NetworkPlan& plan, Picoseconds quantum) {
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

inline NetworkTrace booked(const NetworkPlan& plan, Picoseconds quantum) {
  StationNetwork network{plan};
  return booked(network, plan, quantum);
}

inline NetworkTrace queued(const NetworkPlan& plan) { return StationNetwork{plan}.run(); }

struct Latency {
  double mean = 0;
  double p99 = 0;
};

/// Without the first tenth, in which the queues fill.
inline Latency latency(const NetworkPlan& plan, const NetworkTrace& trace) {
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

}  // namespace cxlpool::timing::test
