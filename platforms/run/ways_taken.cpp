// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/ways_taken.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "models/timing/loose_range.h"
#include "platforms/builder_parts.h"

namespace cxlpool::platforms {
namespace {

using timing::Message;
using timing::MessageKind;
using timing::Picoseconds;
using timing::Station;

/// Messages of one input of a station: those that another station sends there.
struct Input {
  double bytes = 0;
  double bytes_by_flight = 0;        ///< times what they are under way
  std::set<std::size_t> hosts = {};  ///< whose messages they are
};

/// By the stations' numbers, from and to: sums must not depend on where things lie in memory.
using Inputs = std::map<std::pair<std::uint32_t, std::uint32_t>, Input>;

/// Bytes that pass each station, and where they come from.
class Traffic {
 public:
  explicit Traffic(std::size_t stations) : bytes_(stations) {}

  void add(const fabric::TimedWay& way, const WayTaken& taken, double writes, std::size_t channels);
  double bytes(const Station& station) const { return bytes_[station.number()]; }
  const Inputs& inputs() const { return inputs_; }

 private:
  std::vector<double> bytes_;
  Inputs inputs_;
};

void Traffic::add(const fabric::TimedWay& way, const WayTaken& taken, double writes,
                  std::size_t channels) {
  const Station* before = nullptr;
  double flight = 0;
  Message read, write;
  write.write = true;
  write.kind = MessageKind::rwd;
  const auto pass = [&](const std::vector<const Station*>& stations) {
    for (const Station* station : stations) {
      bytes_[station->number()] += static_cast<double>(taken.bytes);
      if (before) {
        // One channel of DRAM sends its part of what the device does.
        const bool is_channel = before == way.device.back();
        const double bytes =
            static_cast<double>(taken.bytes) / static_cast<double>(is_channel ? channels : 1);
        Input& input = inputs_[{before->number(), station->number()}];
        input.bytes += bytes;
        input.bytes_by_flight += bytes * flight;
        input.hosts.insert(taken.host);
      }
      before = station;
      flight = (1 - writes) * static_cast<double>(station->alone(read)) +
               writes * static_cast<double>(station->alone(write));
    }
  };
  pass(way.request);
  read.dpa = write.dpa = way.media_address;
  pass(way.device);
  read.kind = MessageKind::drs;
  write.kind = MessageKind::ndr;
  pass(way.response);
}

/// What each host may have under way at once, in messages: as many parts as accesses are cut into,
/// of as many accesses as may be outstanding. Infinite for open streams and traces, whose accesses
/// have any size.
std::vector<double> most_under_way(const Platform& platform,
                                   const PlatformDescription& description) {
  const std::uint64_t cut =
      std::min<std::uint64_t>(fabric::Host::part_bytes, least_block(description));
  std::vector<double> most(description.hosts.size(), 0);
  for (const TrafficDescription& stream : description.traffic) {
    std::uint64_t parts = 0;
    for (const std::uint32_t size : stream.sizes) {
      // Only powers of two are aligned; others may begin anywhere.
      const bool aligned = !stream.unaligned && (size & (size - 1)) == 0;
      parts = std::max(parts, (size + cut - 1 + (aligned ? 0 : cut - 1)) / cut);
    }
    const bool bounded = stream.injection.kind != Injection::open && stream.pattern != "trace";
    most[platform.host_index(stream.host)] += bounded ? static_cast<double>(stream.outstanding) *
                                                            stream.injection.threads *
                                                            static_cast<double>(parts)
                                                      : std::numeric_limits<double>::infinity();
  }
  return most;
}

double share_of_writes(const DeviceResult& device) {
  const fabric::Counters& counters = device.counters;
  const auto all = static_cast<double>(counters.reads + counters.writes);
  return all == 0 ? 0 : static_cast<double>(counters.writes) / all;
}

/// The queue of one input, or, with shared buffers, of all that draw on them.
struct Queue {
  double held = 0;
  std::set<std::size_t> hosts = {};

  double needed(const std::vector<double>& most_of_hosts) const {
    double most = 0;
    for (const std::size_t host : hosts) most += most_of_hosts[host];
    return std::min(timing::places_needed(held), most);
  }
};

/// Notes the queue of each station that is short of the most places.
void note_queues(Platform& platform, const Traffic& traffic, RunResult& result) {
  const std::vector<Station*>& stations = platform.time()->timeline().stations();
  std::map<const void*, Queue> queues;  // by what bounds them: a pool, or an input
  const auto bound_of = [&](const Station* station, const Input& input) -> const void* {
    return station->pool() ? static_cast<const void*>(station->pool()) : &input;
  };
  for (const auto& [ends, input] : traffic.inputs()) {
    const Station& station = *stations[ends.second];
    const timing::StationStatistics& seen = result.stations[station.number()].statistics;
    if (seen.messages == 0) continue;
    const auto messages = static_cast<double>(seen.messages);
    Queue& queue = queues[bound_of(&station, input)];
    queue.held +=
        timing::places_held(messages * input.bytes / traffic.bytes(station),
                            static_cast<Picoseconds>(input.bytes_by_flight / input.bytes),
                            static_cast<double>(seen.waited) / messages, result.measured.length);
    queue.hosts.insert(input.hosts.begin(), input.hosts.end());
  }
  const std::vector<double> most = most_under_way(platform, result.description);
  for (const auto& [ends, input] : traffic.inputs()) {
    const Station& to = *stations[ends.second];
    StationResult& station = result.stations[ends.second];
    const Queue& queue = queues[bound_of(&to, input)];
    station.queue_places = to.depth();
    if (queue.needed(most) <= station.places_needed) continue;
    station.places_needed = queue.needed(most);
    station.places_held = std::min(queue.held, station.places_needed);
  }
}

}  // namespace

void add_ways(Platform& platform, const std::vector<WayTaken>& ways, RunResult& result) {
  Traffic traffic(result.stations.size());
  const std::vector<fabric::Endpoint*> endpoints = platform.endpoints();
  for (const WayTaken& taken : ways) {
    const auto way = platform.host(taken.host).timed_way(taken.hpa);
    if (!way) continue;
    traffic.add(*way, taken, share_of_writes(result.devices[taken.device]),
                endpoints[taken.device]->timing()->channels.size());
  }
  note_queues(platform, traffic, result);
}

}  // namespace cxlpool::platforms
