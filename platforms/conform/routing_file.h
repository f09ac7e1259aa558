// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/conform/vector_topology.h"

/// `routing/*.json`: a programmed topology, and where host physical addresses landed in it.
namespace cxlpool::platforms {

/// What the witness wrote and read at a time.
inline constexpr std::uint64_t word_bytes = 8;

/// Where `length` bytes from `hpa` on landed; 8 bytes for an entry of vectors[], a maximal
/// contiguous stretch for one of runs[].
struct Landing {
  std::string path;
  std::uint64_t hpa = 0;
  std::uint64_t length = word_bytes;
  std::string device;
  std::uint64_t dpa = 0;
};

struct RoutingFile {
  VectorTopology topology;
  std::vector<Landing> vectors;
  std::vector<Landing> runs;
  std::vector<std::uint64_t> lost;  ///< HPAs whose words others overwrote
  bool misconfigured = false;
  std::vector<std::string> command;  ///< words of the command line that built the topology
  /// How long the lists above are, as the file repeats it.
  std::optional<std::uint64_t> vector_count, run_count, lost_count;
};

RoutingFile read_routing_file(const JsonNode& node);

}  // namespace cxlpool::platforms
