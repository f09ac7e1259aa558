// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "platforms/conform/tally.h"

namespace cxlpool::platforms {

/// Runs `work` in a child process and returns what it found: SystemC elaborates once a process, and
/// a simulation that dies must not take the others along. A child that dies, throws or takes longer
/// than `limit` gives a difference at the place that it had reached.
///
/// No SystemC object may exist in this process, and no other thread run. Throws std::system_error
/// when there can be no child.
Tally run_isolated(const std::function<Tally(Progress&)>& work, std::chrono::seconds limit);

/// The same for work whose result is text of its own. Throws std::runtime_error, with the place
/// that was reached, for a child that dies, throws or takes too long.
std::string run_isolated_text(const std::function<std::string(Progress&)>& work,
                              std::chrono::seconds limit);

}  // namespace cxlpool::platforms
