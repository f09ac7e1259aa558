// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "platforms/run/run.h"

namespace cxlpool::platforms {

/// Rounded down; 0 where no time passed.
std::uint64_t bytes_per_second(std::uint64_t bytes, timing::Picoseconds time);

/// What results.json holds (schema: platforms/schema/results.schema.json). Keys whose value depends
/// on the machine or its clock contain "wall"; everything else repeats exactly.
nlohmann::ordered_json results_json(const RunResult& result);

}  // namespace cxlpool::platforms
