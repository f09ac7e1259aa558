// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/conform/scenario_file.h"
#include "platforms/conform/tally.h"
#include "platforms/conform/testbed_description.h"

namespace cxlpool::platforms {

/// Runs every scenario on a platform of its own and compares every step: statuses, values, register
/// contents, where each byte of a write landed and that no other byte changed.
Tally run_scenarios(const ScenarioFile& file, const ConformOptions& options);

}  // namespace cxlpool::platforms
