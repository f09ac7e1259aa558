// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

#include "platforms/conform/tally.h"

namespace cxlpool::platforms {

/// Runs `work` in a child process and returns what it found: SystemC elaborates once a process, and
/// a simulation that dies must not take the others along. A child that dies, throws or takes longer
/// than `limit` gives a difference at the place that it had reached.
///
/// No SystemC object may exist in this process, and no other thread run. Throws std::system_error
/// when there can be no child.
Tally run_isolated(const std::function<Tally(Progress&)>& work, std::chrono::seconds limit);

}  // namespace cxlpool::platforms
