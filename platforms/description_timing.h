// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/timing/picoseconds.h"

/// What a platform file says of time: the parts that the timed model takes its constants from.
/// Every default is the neutral value, so that a platform which says nothing has constant link
/// latencies and nothing else. Durations are picoseconds, rates bytes a second.
namespace cxlpool::platforms {

/// Rates, bytes a second. Between them a line of 64 bytes takes a time that picoseconds can tell.
inline constexpr std::uint64_t min_bandwidth = 1'000'000;
inline constexpr std::uint64_t max_bandwidth = 10'000'000'000'000;

/// How often something may happen: a least time between two, or bytes a second. At most one of the
/// two is set; neither: as often as anyone likes.
struct PaceDescription {
  timing::Picoseconds gap = 0;
  std::uint64_t bytes_per_second = 0;

  bool limited() const { return gap != 0 || bytes_per_second != 0; }
  /// Least time between the beginnings of two transfers of `bytes` (at most 1 MiB), rounded up.
  timing::Picoseconds between(std::uint64_t bytes) const;
};

/// What the protocol packs its messages into (CXL 3.x sections 4.2 and 4.3).
enum class FlitMode : std::uint8_t {
  flit_68b,
  flit_256b,
  flit_256b_lopt,  ///< latency-optimized: two halves with a CRC each
};

/// A link whose time follows from what it is, not from a constant.
struct PhysicalLinkDescription {
  unsigned gen = 0;                ///< of PCIe: 3, 4, 5, 6 for 8, 16, 32, 64 GT/s a lane
  unsigned width = 16;             ///< lanes: 1, 2, 4, 8, 16
  std::optional<FlitMode> flit;    ///< default: 68B up to gen 5, 256B at gen 6
  bool mdh = false;                ///< 68B: several data headers in one slot
  bool sync_header_bypass = true;  ///< 68B: no 128b/130b loss
  bool skp_ordered_sets = true;    ///< false: as simulators without a physical layer have it
  unsigned retimers = 0;           ///< 0 to 4
  timing::Picoseconds retimer_latency = 10 * timing::ps_per_ns;  ///< of one, one way
  timing::Picoseconds port_latency = 12'500;  ///< of both ports together, one way
  unsigned queue = 32;                        ///< messages that wait at a transmitter
  unsigned credits = 64;                      ///< messages that a receiver has room for

  FlitMode flit_mode() const {
    return flit.value_or(gen >= 6 ? FlitMode::flit_256b : FlitMode::flit_68b);
  }
  /// The part of the way that does not depend on the message, one way.
  timing::Picoseconds flight() const { return port_latency + retimers * retimer_latency; }
};

enum class MediaKind : std::uint8_t {
  fixed,  ///< one latency, and as many at a time as the rate allows
  dram,   ///< banks, rows, refresh
};

enum class PagePolicy : std::uint8_t { open, closed };
enum class DramScheduler : std::uint8_t { fifo, first_ready };

/// The memory behind a controller. Fields of the other kind keep their defaults.
struct MediaDescription {
  MediaKind kind = MediaKind::fixed;

  timing::Picoseconds latency = 0;  ///< fixed: from the beginning of an access to its end
  std::optional<timing::Picoseconds> write_latency;  ///< fixed: until a write is acknowledged
  timing::Picoseconds read_gap = 0;    ///< fixed: least time between two lines of 64 bytes; 0: none
  timing::Picoseconds write_gap = 0;   ///< fixed
  std::uint64_t bytes_per_second = 0;  ///< fixed: reads and writes together, instead of the gaps

  std::string part;                         ///< dram: one of part_names
  unsigned channels = 1;                    ///< dram
  std::uint32_t channel_granularity = 256;  ///< dram: bytes in one channel before the next
  PagePolicy page = PagePolicy::open;       ///< dram
  DramScheduler scheduler = DramScheduler::first_ready;  ///< dram
  unsigned queue = 64;                                   ///< dram: entries of each channel
  timing::Picoseconds write_linger = 0;   ///< dram, first_ready: reads wait for more writes
  timing::Picoseconds read_patience = 0;  ///< with write_linger: but not for longer
  bool refresh = true;  ///< dram; false: none, as simulators without refresh have it

  timing::Picoseconds latency_of_write() const { return write_latency.value_or(latency); }
};

/// The host's own DRAM beside the windows: host physical addresses [base, base + size).
struct LocalMemoryDescription {
  std::uint64_t base = 0;  ///< multiple of 4 KiB, as is the size; overlaps no window
  std::uint64_t size = 0;
  /// From the core to the local controller and back, in place of the host's request and response
  /// latency; the media's time comes on top.
  timing::Picoseconds latency = 0;
  MediaDescription media;
};

/// A host's way between core and root ports.
struct HostTimingDescription {
  timing::Picoseconds request_latency = 0;   ///< core to port
  timing::Picoseconds response_latency = 0;  ///< port to core
  unsigned outstanding = 0;                  ///< lines in flight of all its streams; 0: no limit
  PaceDescription read;                      ///< reads that leave the host, lines of 64 bytes
  PaceDescription write;                     ///< writes
  unsigned priority = 0;                     ///< class 0 to 7; a higher one goes first
  std::optional<LocalMemoryDescription> local;
};

enum class Arbitration : std::uint8_t {
  fifo,         ///< in the order of arrival
  round_robin,  ///< from one ingress port after the other
  weighted,     ///< round robin, several at a time by weight
  priority,     ///< highest class of the hosts first, round robin among equals
};

struct SwitchTimingDescription {
  timing::Picoseconds latency = 0;  ///< through it, one way
  unsigned ingress_queue = 32;      ///< messages of each ingress port; not with shared buffers
  unsigned egress_queue = 32;       ///< messages of each egress port
  Arbitration arbitration = Arbitration::round_robin;
  /// Weighted: one for each upstream port, in their order; 1 to 256. Downstream ports weigh alike.
  std::vector<unsigned> weights;
  bool shared_buffers = false;  ///< the ingress ports have one pool of buffers
  unsigned buffers = 0;         ///< messages in that pool
};

/// A device's controller and the media behind it.
struct DeviceTimingDescription {
  timing::Picoseconds request_latency = 0;   ///< from the port to the media's queue
  timing::Picoseconds response_latency = 0;  ///< from the media to the port
  unsigned queue = 64;                       ///< entries of the controller
  MediaDescription media;
};

enum class Injection : std::uint8_t {
  closed,  ///< each thread waits for an answer once `outstanding` are in flight
  open,    ///< by the clock, whatever has come back
  paced,   ///< by the clock, with at most `outstanding` in flight
};

enum class Arrival : std::uint8_t { fixed, poisson };

/// When a stream sends its requests. What does not belong to the kind keeps its default.
struct InjectionDescription {
  Injection kind = Injection::closed;
  unsigned threads = 1;              ///< closed: each with the stream's `outstanding`
  timing::Picoseconds delay = 0;     ///< closed: think time after an answer
  PaceDescription pace;              ///< open, paced: the gap is one request's, whatever its size
  Arrival arrival = Arrival::fixed;  ///< open; poisson: the pace is the mean
  timing::Picoseconds start = 0;     ///< when the stream begins
};

/// A part of a run, by time or by completed requests of all hosts. At most one is set.
struct SpanDescription {
  timing::Picoseconds time = 0;
  std::uint64_t requests = 0;

  bool given() const { return time != 0 || requests != 0; }
};

}  // namespace cxlpool::platforms
