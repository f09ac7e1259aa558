// SPDX-License-Identifier: Apache-2.0
// What holds of any network whatever its load, checked on random ones.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/timing/packing_bound.h"
#include "tests/unit/timing/random_network.h"
#include "tests/unit/timing/station_network.h"

namespace cxlpool::timing::test {
namespace {

using Way = LinkDirection::Way;
using Servers = std::vector<std::unique_ptr<Server>>;

Servers servers_of(const NetworkPlan& plan) {
  Servers servers;
  for (const StationPlan& station : plan.stations) servers.push_back(make_server(station));
  return servers;
}

/// What the busiest station's server needs for all accesses.
double busiest_ps(const NetworkPlan& plan) {
  const Servers servers = servers_of(plan);
  std::vector<double> busy(plan.stations.size());
  for (const AccessPlan& access : plan.accesses) {
    for (std::size_t hop = 0; hop < access.path.size(); ++hop) {
      const unsigned number = access.path[hop].station;
      busy[number] += static_cast<double>(servers[number]->occupancy(access.message(hop)));
    }
  }
  return *std::max_element(busy.begin(), busy.end());
}

/// The same accesses, all gaps scaled alike, so that the busiest station's server is so busy.
NetworkPlan at_load(const NetworkPlan& open, double load) {
  NetworkPlan plan = open;
  Picoseconds last = 0;
  for (const AccessPlan& access : plan.accesses) last = std::max(last, access.not_before);
  const double scale = busiest_ps(plan) / load / static_cast<double>(last);
  for (AccessPlan& access : plan.accesses) {
    access.not_before = static_cast<Picoseconds>(static_cast<double>(access.not_before) * scale);
  }
  return plan;
}

Picoseconds flit_time(const LinkConfig& config) {
  return LinkRate{config}.bytes(config.flit == FlitMode::flit_68b ? 68 : 256).ceil();
}

/// What the access takes with nobody in the way, and what of it is waiting for flits that somebody
/// else might have begun.
std::pair<Picoseconds, Picoseconds> alone(const NetworkPlan& plan, const Servers& servers,
                                          const AccessPlan& access) {
  Picoseconds time = 0, flits = 0;
  for (std::size_t hop = 0; hop < access.path.size(); ++hop) {
    const unsigned number = access.path[hop].station;
    const StationPlan& station = plan.stations[number];
    time += servers[number]->alone(access.message(hop)) + station.latency;
    if (station.link) flits += flit_time(station.link->config);
  }
  return {time, flits};
}

double mean_latency(const NetworkPlan& plan, const NetworkTrace& trace) {
  double sum = 0;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    sum += static_cast<double>(trace[i].completed - plan.accesses[i].not_before);
  }
  return sum / static_cast<double>(trace.size());
}

/// The same random gaps at every load, so that no tolerance is needed: what is left to chance (who
/// is first where ways meet, whose flit is joined) is far below what waiting adds from one step to
/// the next. A message may join a flit that is under way and be out sooner than alone, which is why
/// the lower limit of a single access leaves out a flit a link.
TEST(LoadPropertiesTest, MeanLatencyDoesNotFallAsLoadRises) {
  constexpr unsigned networks = 80;
  unsigned timed = 0, with_links = 0;
  double highest_at_least = 0, lowest_at_most = 1e9;
  for (unsigned seed = 1; seed <= networks; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const NetworkPlan open = RandomNetwork{seed}.make_open(200);
    if (busiest_ps(open) == 0) continue;
    ++timed;
    const Servers servers = servers_of(open);
    double alone_mean = 0;
    bool links = false;
    for (const AccessPlan& access : open.accesses) {
      const auto [time, flits] = alone(open, servers, access);
      alone_mean += static_cast<double>(time) / static_cast<double>(open.accesses.size());
      links |= flits != 0;
    }
    with_links += links;
    double before = 0;
    for (const double load : {0.1, 0.3, 0.5, 0.7, 0.9}) {
      const NetworkPlan plan = at_load(open, load);
      StationNetwork network{plan};
      const NetworkTrace& trace = network.run();
      for (std::size_t i = 0; i < trace.size(); ++i) {
        ASSERT_TRUE(trace[i].complete);
        const auto [time, flits] = alone(plan, servers, plan.accesses[i]);
        ASSERT_GE(trace[i].completed - plan.accesses[i].not_before + flits, time) << "access " << i;
      }
      const double mean = mean_latency(plan, trace);
      EXPECT_GE(mean, before) << "at load " << load;
      before = mean;
      if (load == 0.1) {
        EXPECT_GE(mean, alone_mean);
        EXPECT_LT(mean, 1.1 * alone_mean);
        highest_at_least = std::max(highest_at_least, mean / alone_mean);
      }
    }
    lowest_at_most = std::min(lowest_at_most, before / alone_mean);
  }
  std::printf(
      "%u networks, %u with links: at most %.3f of the latency alone at 10 %%, at least "
      "%.3f at 90 %%\n",
      timed, with_links, highest_at_least, lowest_at_most);
  EXPECT_GT(timed, networks * 9 / 10);
  EXPECT_GT(with_links, networks / 2);
  EXPECT_GT(lowest_at_most, 1.2);  // the steps are steps
}

/// A message that has passed a link direction.
struct Passed {
  Picoseconds arrived = 0, out = 0;
  Message message;
};

/// The greatest share of its time that any run of at least `shortest` messages needed by the bound:
/// above 1, the link has carried more than there is room for.
double most_of_bound(const PackingBound& bound, const std::vector<Passed>& passed,
                     std::size_t shortest = 1) {
  double most = 0;
  for (std::size_t length = shortest; length <= passed.size(); length *= 2) {
    const std::size_t step = std::max<std::size_t>(length / 4, 1);
    for (std::size_t from = 0; from + length <= passed.size(); from += step) {
      Demand demand;
      Picoseconds first = ~Picoseconds{0}, last = 0;
      for (std::size_t i = from; i < from + length; ++i) {
        demand.add(passed[i].message);
        first = std::min(first, passed[i].arrived);
        last = std::max(last, passed[i].out);
      }
      most = std::max(most, bound.least_ps(demand) / static_cast<double>(last - first));
    }
  }
  return most;
}

Message of_mix(std::mt19937_64& random, Way way, unsigned reads, unsigned partial,
               unsigned most_lines) {
  Message message;
  const bool read = random() % 100 < reads;
  message.write = !read;
  const bool whole = random() % 100 >= partial;
  message.kind = way == Way::s2m ? (read ? MessageKind::drs : MessageKind::ndr)
                 : read          ? MessageKind::req
                 : whole         ? MessageKind::rwd
                                 : MessageKind::rwd_partial;
  message.lines = static_cast<std::uint8_t>(1 + random() % most_lines);
  return message;
}

/// A packer that keeps messages in order comes within 8 % of the linear program, of accesses of one
/// line within 5 %: the most where NDRs outnumber DRSs in 256B flits, or where the Reqs of several
/// lines come one behind the other and only so many fit a flit. 68B flits with more NDRs than DRSs
/// are further off: the linear program has two NDRs in every flit, and the all-data flits in which
/// a line's data goes have none. No platform sees that: the writes that are so completed take twice
/// that long the other way.
TEST(LinkBandwidthPropertiesTest, OfASaturatedLinkIsJustBelowThePackingBound) {
  double least = 1, least_of_one_line = 1, most = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    const LinkConfig config = RandomNetwork{seed}.any_link();
    std::mt19937_64 random{seed};
    for (const Way way : {Way::m2s, Way::s2m}) {
      const PackingBound bound{config, way};
      LinkDirection link{config, way};
      const auto reads = static_cast<unsigned>(random() % 5 * 25);
      const auto partial = static_cast<unsigned>(random() % 2 * 30);
      const auto lines = static_cast<unsigned>(1 + random() % 4);
      SCOPED_TRACE("seed " + std::to_string(seed) + (way == Way::m2s ? ", M2S" : ", S2M"));
      std::vector<Passed> passed;
      Demand all;
      Picoseconds now = 0, last = 0;
      for (unsigned i = 0; i != 3'000; ++i) {
        const Message message = of_mix(random, way, reads, partial, lines);
        const Server::Service service = link.serve(message, now, 0);
        passed.push_back({0, service.done_at, message});
        all.add(message);
        now = service.free_at;
        last = std::max(last, service.done_at);
      }
      const double share = bound.flits(all) * bound.flit_ps() / static_cast<double>(last);
      const double runs = most_of_bound(bound, passed);
      const bool mostly_ndr =
          config.flit == FlitMode::flit_68b && way == Way::s2m && reads > 0 && reads <= 50;
      EXPECT_GT(share, mostly_ndr   ? 0.7
                       : lines == 1 ? 0.95
                                    : 0.92)
          << reads << " % reads, up to " << lines << " lines";
      EXPECT_LE(runs, 1) << reads << " % reads, up to " << lines << " lines";
      if (!mostly_ndr) least = std::min(least, share);
      if (!mostly_ndr && lines == 1) least_of_one_line = std::min(least_of_one_line, share);
      most = std::max(most, runs);
    }
  }
  std::printf("saturated links: %.4f of the bound at the least, %.4f with one line, %.4f at most\n",
              least, least_of_one_line, most);
}

struct Link {
  const StationPlan* plan = nullptr;
  std::vector<Passed> passed;
};

/// What went over each link, in the order in which it came out.
std::vector<Link> links_of(const NetworkPlan& plan, const NetworkTrace& trace) {
  std::vector<Link> links(plan.stations.size());
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const AccessPlan& access = plan.accesses[i];
    for (std::size_t hop = 0; hop < access.path.size(); ++hop) {
      const unsigned number = access.path[hop].station;
      const StationPlan& station = plan.stations[number];
      if (!station.link) continue;
      const bool is_last = hop + 1 == access.path.size();
      const Picoseconds next = is_last ? trace[i].completed : trace[i].stops[hop + 1].arrived;
      links[number].plan = &station;
      links[number].passed.push_back(
          {trace[i].stops[hop].arrived, next - station.latency, access.message(hop)});
    }
  }
  links.erase(std::remove_if(links.begin(), links.end(), [](const Link& l) { return !l.plan; }),
              links.end());
  for (Link& link : links) {
    std::stable_sort(link.passed.begin(), link.passed.end(),
                     [](const Passed& a, const Passed& b) { return a.out < b.out; });
  }
  return links;
}

/// Hosts take turns of a `quantum`, in each of which they book all that they send.
NetworkTrace booked_in_turns(const NetworkPlan& plan, Picoseconds quantum) {
  StationNetwork network{plan};
  std::vector<std::size_t> order(plan.accesses.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const AccessPlan& x = plan.accesses[a];
    const AccessPlan& y = plan.accesses[b];
    return std::tuple{x.not_before / quantum, x.request.host, a} <
           std::tuple{y.not_before / quantum, y.request.host, b};
  });
  NetworkTrace trace(plan.accesses.size());
  for (const std::size_t i : order) {
    Picoseconds now = plan.accesses[i].not_before;
    for (std::size_t hop = 0; hop < plan.accesses[i].path.size(); ++hop) {
      trace[i].stops.push_back({now, now});
      now = network.station(plan.accesses[i].path[hop].station)
                .book(plan.accesses[i].message(hop), now);
    }
    trace[i].completed = now;
    trace[i].complete = true;
  }
  return trace;
}

struct Shares {
  unsigned links = 0;
  double most = 0;
};

/// Of the links of random networks whose busiest station is loaded lightly, heavily, and beyond
/// what it can bear, so that the sources' backlog grows to the end.
template <typename Run>
Shares shares_of_links(std::size_t shortest, Run run) {
  Shares shares;
  for (unsigned seed = 101; seed <= 160; ++seed) {
    const NetworkPlan open = RandomNetwork{seed}.make_open(100);
    const auto any = std::find_if(open.stations.begin(), open.stations.end(),
                                  [](const StationPlan& station) { return station.link; });
    if (any == open.stations.end()) continue;
    const PackingBound m2s{any->link->config, Way::m2s}, s2m{any->link->config, Way::s2m};
    for (const double load : {0.3, 0.9, 3.0}) {
      const NetworkPlan plan = at_load(open, load);
      for (const Link& link : links_of(plan, run(plan))) {
        const PackingBound& bound = link.plan->link->way == Way::m2s ? m2s : s2m;
        const double share = most_of_bound(bound, link.passed, shortest);
        EXPECT_LE(share, 1) << "seed " << seed << ", load " << load << ", " << link.plan->label;
        shares.most = std::max(shares.most, share);
        ++shares.links;
      }
    }
  }
  return shares;
}

TEST(LinkBandwidthPropertiesTest, OfQueuedNetworksIsNeverAboveThePackingBound) {
  const Shares got =
      shares_of_links(1, [](const NetworkPlan& plan) { return StationNetwork{plan}.run(); });
  std::printf("%u queued links: %.4f of the bound at most\n", got.links, got.most);
  EXPECT_GT(got.most, 0.97);  // some are busy enough to tell
}

/// Of runs of 32 messages and more: a calendar's places are means, so that some messages are out
/// before the flits that they would be in.
TEST(LinkBandwidthPropertiesTest, OfBookedNetworksIsNeverAboveThePackingBound) {
  const Shares got = shares_of_links(
      32, [](const NetworkPlan& plan) { return booked_in_turns(plan, 1'000 * ps_per_ns); });
  std::printf("%u booked links: %.4f of the bound at most\n", got.links, got.most);
  EXPECT_GT(got.most, 0.97);
}

}  // namespace
}  // namespace cxlpool::timing::test
