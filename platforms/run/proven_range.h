// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "platforms/run/run.h"

namespace cxlpool::platforms {

/// Loosely timed latencies are held against the exact queues by the tests: they are within 1 % in
/// the mean and 5 % at the 99th percentile with FIFO arbitration, every server at most this busy,
/// and queues and credits that nobody waits for, whatever the quantum, since requests are booked in
/// the order of their time (traffic::LooseDriver).
inline constexpr double proven_utilisation = 0.70;

/// In what a loosely timed run left that range, and how far off it may be: a sentence each.
std::vector<std::string> beyond_proven_range(const RunResult& result);

}  // namespace cxlpool::platforms
