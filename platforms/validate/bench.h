// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "platforms/description.h"

/// The measuring bench: a small platform from a profile, a load, and what comes of it in steady
/// state.
namespace cxlpool::validation {

/// From the remote socket to the port and back; what EuroSys'24 measured, and nothing else.
inline constexpr timing::Picoseconds remote_socket_hop = 234'800;

/// A host with one device or several, at root ports or switch ports of their own, in one
/// interleaved region.
struct Bench {
  std::string profile;
  std::string switch_profile;  ///< of a switch above the devices; empty: as the profile has it
  unsigned devices = 1;
  bool remote = false;      ///< the host's cores are on the other socket
  unsigned width = 0;       ///< lanes in place of the profile's; 0: as the profile
  bool fast_media = false;  ///< media and queues that nobody waits for, so that the link is all
  std::uint64_t host_reads = 0;  ///< host's bound in place of the profile's, bytes/s; 0: as it says
  timing::Picoseconds hop = remote_socket_hop;  ///< what `remote` adds, there and back
  /// The controller's request and response latency together, in place of the profile's.
  std::optional<timing::Picoseconds> controller;
  std::optional<timing::Picoseconds> media;  ///< fixed media of this latency, not the profile's
};

enum class Pattern : std::uint8_t { sequential, random };

struct Load {
  unsigned read_percent = 100;
  std::uint32_t size = 64;
  Pattern pattern = Pattern::random;
  unsigned threads = 1;                ///< each with addresses of its own
  unsigned outstanding = 1;            ///< requests of each thread in flight
  timing::Picoseconds delay = 0;       ///< think time after each answer
  std::uint64_t bytes_per_second = 0;  ///< of all threads; not 0: by the clock, not in a loop
  bool poisson = true;                 ///< by the clock: with exponential gaps
  bool bounded = false;                ///< by the clock: at most `outstanding` in flight
  std::uint64_t requests = 20'000;     ///< of all threads
  unsigned probes = 0;  ///< threads that read one line at a time beside it; latency is theirs
  std::uint64_t probe_requests = 0;  ///< of each
};

/// Steady state: without the first quarter of the answers, and without the last tenth.
struct Measurement {
  double bandwidth = 0;      ///< GB/s of data, reads and writes
  double latency = 0;        ///< ns, mean of reads; of writes where there are no reads
  double write_latency = 0;  ///< ns
};

platforms::PlatformDescription make_platform(const Bench& bench, const Load& load);
/// Where the addresses of the probes begin.
std::uint64_t boundary(const Bench& bench);

/// Runs it, approximately timed, in a process of its own. Throws std::runtime_error for a run that
/// fails.
Measurement measure(const Bench& bench, const Load& load);

/// The same of any platform: what goes to addresses below `boundary`, whose steady state it is, and
/// the rest apart.
std::array<Measurement, 2> measure_apart(const platforms::PlatformDescription& platform,
                                         std::uint64_t boundary);

/// One request at a time, at random addresses and after random pauses: a loop without pauses could
/// fall into step with the refresh of the DRAM.
Measurement measure_idle(const Bench& bench, unsigned read_percent);

}  // namespace cxlpool::validation
