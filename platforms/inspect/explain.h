// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/address/partition.h"
#include "platforms/inspect/explain_time.h"
#include "platforms/inspect/wiring.h"
#include "platforms/programming.h"

/// Where an address of a host goes, and why: every decoder's choice with the arithmetic behind it,
/// from the fixed memory window to the byte of the device, or to where it stops and what mends it.
/// The route is that of address::walk() on the live registers; nothing is programmed or accessed.
namespace cxlpool::platforms {

/// The root level's choice of host bridge.
struct WindowChoice {
  unsigned index = 0;
  std::uint64_t base = 0, size = 0;
  address::Interleave interleave;
  address::Arithmetic arithmetic = address::Arithmetic::modulo;
  unsigned target_index = 0;
  std::uint32_t uid = 0;
  std::string bridge;                ///< "h0.hb0"; empty when the UID is nobody's
  std::vector<std::string> because;  ///< the arithmetic
};

/// A host bridge's or switch's choice of port, and the link below it.
struct PortChoice {
  std::string component;
  address::Node::Kind kind{};
  int decoder = -1;  ///< -1: pass-through
  std::uint64_t base = 0, size = 0;
  address::Interleave interleave;
  unsigned target_index = 0;
  std::uint8_t port_number = 0;
  std::string port;  ///< name; empty when no port has the number
  std::string because;
  std::optional<Wire> link;  ///< absent when there is no port, or nothing was described below it
  bool passed = false;       ///< the access went on over the link
};

/// The device's translation of HPA into DPA.
struct DeviceDecode {
  /// What a lower decoder, or this decoder's own skip, takes of the device before this one's share.
  struct Share {
    int decoder = 0;
    std::uint64_t skip = 0, bytes = 0;
  };

  std::string device;
  int decoder = 0;
  std::uint64_t base = 0, size = 0;
  address::Interleave interleave;
  std::uint64_t offset = 0;      ///< HPA - base
  std::uint64_t dpa_offset = 0;  ///< offset with the interleave removed
  std::uint64_t dpa_base = 0;    ///< sum of the shares
  std::vector<Share> shares;     ///< that are not empty
  std::uint64_t dpa = 0;
  std::uint64_t capacity = 0;
  std::optional<address::PartitionKind> partition;
  std::uint64_t partition_base = 0, partition_size = 0;
  std::string because;  ///< the arithmetic of dpa_offset
};

/// The host's own memory, which no decoder leads to.
struct LocalDecode {
  std::string memory;  ///< "h0.local"
  std::uint64_t base = 0, size = 0;
  std::uint64_t dpa = 0;  ///< HPA - base
};

/// Where and why an access stops.
struct Stop {
  address::Cause cause{};
  std::string where;                          ///< host, host bridge, switch or device
  int decoder = -1;                           ///< that failed, or that would have to be committed
  std::optional<unsigned> first_uncommitted;  ///< of the component's decoders
  std::string why;
  std::string mend;
};

struct Explanation {
  std::string host;
  std::uint64_t hpa = 0;
  std::string region;  ///< that holds the address; empty: none, or not asked for
  std::optional<WindowChoice> window;
  std::vector<PortChoice> hops;
  std::optional<DeviceDecode> device;  ///< also when the DPA is beyond the device's capacity
  std::optional<LocalDecode> local;    ///< instead of window, hops and device
  std::optional<Stop> stop;            ///< absent: the access reaches `device`, or local memory
  std::optional<TimeTable> time;       ///< where the platform was built timed
  /// HPA around the address over which every choice is the same and DPA is contiguous; inclusive.
  std::uint64_t first = 0, last = 0;

  bool reached() const { return !stop; }
  timing::Picoseconds round_trip() const;
};

/// `programming`, where given, adds the names of regions.
Explanation explain_hpa(Platform& platform, std::size_t host, std::uint64_t hpa,
                        const Programming* programming = nullptr);

/// Aligned lines, hop by hop, ending in a newline.
std::string to_text(const Explanation& explanation);
nlohmann::ordered_json to_json(const Explanation& explanation);

const char* partition_name(address::PartitionKind kind);

}  // namespace cxlpool::platforms
