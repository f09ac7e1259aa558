// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "platforms/run/run.h"

namespace cxlpool::platforms {

/// What a person wants to know after a run: requests asked, completed and verified, where the
/// traffic went, how long it took, and what was wrong if anything was.
std::string summary(const RunResult& result, const std::string& results_path);

}  // namespace cxlpool::platforms
