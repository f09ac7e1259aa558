// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/timing/link_direction.h"
#include "models/timing/message.h"

/// A network of stations and what goes over it, as plain data: carried out by Stations
/// (station_network.h) and by an independent simulation (reference_network.h).
namespace cxlpool::timing::test {

enum class Arbitration { fifo, round_robin, weighted, priority };

/// A pipeline with gaps; 0 is no time at all.
struct PipePlan {
  Picoseconds latency = 0;
  Picoseconds gap_per_message = 0;
  Picoseconds gap_per_line = 0;
  Picoseconds write_latency = 0;
  Picoseconds write_gap_per_line = 0;
};

struct LinkPlan {
  LinkConfig config;
  LinkDirection::Way way = LinkDirection::Way::m2s;
};

struct StationPlan {
  std::string label;
  unsigned inputs = 1;
  unsigned depth = 0;       ///< messages that wait at one input; 0: as many as come
  Picoseconds latency = 0;  ///< behind the server
  Arbitration arbitration = Arbitration::fifo;
  std::vector<unsigned> weights;
  std::optional<unsigned> pool;
  PipePlan pipe;
  std::optional<LinkPlan> link = std::nullopt;  ///< instead of the pipe
  Picoseconds span = 4'000 * ps_per_ns;         ///< of bookings
};

struct HopPlan {
  unsigned station = 0;
  unsigned input = 0;
};

/// A request goes down to its last station and comes back up as a response.
struct AccessPlan {
  Message request, response;  ///< `dpa` is the number of the access
  std::uint64_t order = 0;
  Picoseconds not_before = 0;
  std::vector<HopPlan> path;
  std::size_t down = 0;  ///< stations that the request passes

  const Message& message(std::size_t hop) const { return hop < down ? request : response; }
};

/// Sends its accesses one after the other, each as soon as there is room for it.
struct SourcePlan {
  unsigned outstanding = 0;  ///< at most; 0: any number
  std::vector<std::size_t> accesses;
};

struct NetworkPlan {
  std::vector<StationPlan> stations;
  std::vector<unsigned> pools;  ///< buffers of each
  std::vector<AccessPlan> accesses;
  std::vector<SourcePlan> sources;
};

/// What became of an access.
struct AccessTrace {
  struct Stop {
    Picoseconds arrived = 0;
    Picoseconds begun = 0;
  };
  std::vector<Stop> stops;
  Picoseconds completed = 0;
  bool complete = false;
};

using NetworkTrace = std::vector<AccessTrace>;

}  // namespace cxlpool::timing::test
