// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/inspect/explain.h"

namespace cxlpool::platforms {

/// One address of a host that reaches the byte.
struct Reach {
  std::uint64_t hpa = 0;
  int decoder = 0;  ///< the device's
  unsigned ways = 1;
  /// Which granule of a stripe it is, with a window's XOR maps undone (sources.md 3.5).
  unsigned position = 0;
  std::string region;               ///< empty: none, or not asked for
  std::optional<std::size_t> slot;  ///< the device's place in the region's list of devices
};

/// How one host sees the byte.
struct HostReach {
  std::string host;
  std::vector<Reach> reaches;  ///< ascending; more than one: the programming aliases
  std::string why_not, mend;   ///< when nothing reaches it
};

/// Which addresses of which hosts reach a byte of a device: the inverse of Explanation.
struct DpaExplanation {
  std::string device;
  std::uint64_t dpa = 0;
  std::uint64_t capacity = 0;
  std::optional<address::PartitionKind> partition;
  std::uint64_t partition_base = 0, partition_size = 0;
  std::vector<HostReach> hosts;
};

/// `device` is an index as of Platform::device(). `programming`, where given, adds regions.
DpaExplanation explain_dpa(Platform& platform, std::size_t device, std::uint64_t dpa,
                           const Programming* programming = nullptr);

std::string to_text(const DpaExplanation& explanation);
nlohmann::ordered_json to_json(const DpaExplanation& explanation);

}  // namespace cxlpool::platforms
