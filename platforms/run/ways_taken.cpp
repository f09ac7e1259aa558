// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/ways_taken.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "models/timing/loose_range.h"

namespace cxlpool::platforms {
namespace {

using timing::Message;
using timing::MessageKind;
using timing::Picoseconds;
using timing::Station;

/// Messages of one input of a station: those that another station sends there.
struct Input {
  double bytes = 0;
  double bytes_by_flight = 0;  ///< times what they are under way
};

/// By the stations' numbers, from and to: sums must not depend on where things lie in memory.
using Inputs = std::map<std::pair<std::uint32_t, std::uint32_t>, Input>;

/// Bytes and streams that pass each station, and where they come from.
class Traffic {
 public:
  explicit Traffic(std::size_t stations) : bytes_(stations), streams_(stations) {}

  void add(const fabric::TimedWay& way, const WayTaken& taken, unsigned streams, double writes,
           std::size_t channels);
  double bytes(const Station& station) const { return bytes_[station.number()]; }
  unsigned streams(const Station& station) const { return streams_[station.number()]; }
  const Inputs& inputs() const { return inputs_; }

 private:
  std::vector<double> bytes_;
  std::vector<unsigned> streams_;
  std::set<std::pair<std::uint32_t, std::size_t>> counted_;  // stations and hosts
  Inputs inputs_;
};

void Traffic::add(const fabric::TimedWay& way, const WayTaken& taken, unsigned streams,
                  double writes, std::size_t channels) {
  const Station* before = nullptr;
  double flight = 0;
  Message read, write;
  write.write = true;
  write.kind = MessageKind::rwd;
  const auto pass = [&](const std::vector<const Station*>& stations) {
    for (const Station* station : stations) {
      bytes_[station->number()] += static_cast<double>(taken.bytes);
      const bool is_first = counted_.insert({station->number(), taken.host}).second;
      if (is_first) streams_[station->number()] += streams;
      if (before) {
        // One channel of DRAM sends its part of what the device does.
        const bool is_channel = before == way.device.back();
        const double bytes =
            static_cast<double>(taken.bytes) / static_cast<double>(is_channel ? channels : 1);
        Input& input = inputs_[{before->number(), station->number()}];
        input.bytes += bytes;
        input.bytes_by_flight += bytes * flight;
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

double share_of_writes(const DeviceResult& device) {
  const fabric::Counters& counters = device.counters;
  const auto all = static_cast<double>(counters.reads + counters.writes);
  return all == 0 ? 0 : static_cast<double>(counters.writes) / all;
}

/// Notes the queue of each station that is short of the most places. Stations with shared buffers
/// have one queue together.
void note_queues(const std::vector<Station*>& stations, const Traffic& traffic, RunResult& result) {
  std::map<const void*, double> held_of;  // by what bounds them: a pool, or an input
  const auto bound_of = [&](const Station* station, const Input& input) -> const void* {
    return station->pool() ? static_cast<const void*>(station->pool()) : &input;
  };
  for (const auto& [ends, input] : traffic.inputs()) {
    const Station& station = *stations[ends.second];
    const timing::StationStatistics& seen = result.stations[station.number()].statistics;
    if (seen.messages == 0) continue;
    const auto messages = static_cast<double>(seen.messages);
    held_of[bound_of(&station, input)] +=
        timing::places_held(messages * input.bytes / traffic.bytes(station),
                            static_cast<Picoseconds>(input.bytes_by_flight / input.bytes),
                            static_cast<double>(seen.waited) / messages, result.measured.length);
  }
  for (const auto& [ends, input] : traffic.inputs()) {
    const Station& to = *stations[ends.second];
    StationResult& station = result.stations[ends.second];
    station.queue_places = to.depth();
    station.places_held = std::max(station.places_held, held_of[bound_of(&to, input)]);
  }
}

}  // namespace

void add_ways(Platform& platform, const std::vector<WayTaken>& ways, RunResult& result) {
  Traffic traffic(result.stations.size());
  const std::vector<fabric::Endpoint*> endpoints = platform.endpoints();
  for (const WayTaken& taken : ways) {
    const auto way = platform.host(taken.host).timed_way(taken.hpa);
    if (!way) continue;
    const std::string& host = platform.host(taken.host).label();
    const auto streams = static_cast<unsigned>(
        std::count_if(result.streams.begin(), result.streams.end(),
                      [&](const StreamResult& stream) { return stream.host == host; }));
    traffic.add(*way, taken, streams, share_of_writes(result.devices[taken.device]),
                endpoints[taken.device]->timing()->channels.size());
  }
  const std::vector<Station*>& stations = platform.time()->timeline().stations();
  for (const Station* station : stations) {
    result.stations[station->number()].streams = traffic.streams(*station);
  }
  note_queues(stations, traffic, result);
}

}  // namespace cxlpool::platforms
