// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "platforms/run/run.h"

namespace cxlpool::platforms {

/// That a host's accesses reached a device, by DeviceId, and one address at which they did.
struct WayTaken {
  std::size_t host = 0;
  std::size_t device = 0;
  std::uint64_t hpa = 0;
  std::uint64_t bytes = 0;  ///< of all of them
};

/// Adds to a loosely timed run's stations what the ways through them tell: how full their queues
/// would have been. `result` has its description, its stations and what was measured. Ways that
/// decoders no longer lead are left out.
void add_ways(Platform& platform, const std::vector<WayTaken>& ways, RunResult& result);

}  // namespace cxlpool::platforms
