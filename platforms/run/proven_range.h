// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "platforms/run/run.h"

namespace cxlpool::platforms {

/// Loosely timed latencies are held against the exact queues by the tests: requests of one line are
/// within 1 % in the mean and 5 % at the 99th percentile, with FIFO arbitration or round
/// robin, a quantum up to this, every server at most this busy, and queues and credits that nobody
/// waits for. Where streams meet at a server that takes long, p99 is further off:
/// docs/modules/time.md.
inline constexpr timing::Picoseconds proven_quantum = 1'000'000;
inline constexpr double proven_utilisation = 0.70;
inline constexpr double proven_p99 = 0.05;

/// In what a loosely timed run left that range, and how far off it may be: a sentence each.
std::vector<std::string> beyond_proven_range(const RunResult& result);

}  // namespace cxlpool::platforms
