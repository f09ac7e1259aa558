// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "platforms/conform/routing_file.h"
#include "platforms/conform/scenario_file.h"
#include "platforms/conform/tally.h"

/// Vector files say much of what they say twice: codes and what they mean, windows and firmware's
/// table, lists and their lengths. Here every repetition is compared with what it repeats, and what
/// cannot be built is found. A difference means that the file contradicts itself, and nothing of
/// the topology is run.
namespace cxlpool::platforms {

std::vector<Difference> contradictions(const VectorTopology& topology);
std::vector<Difference> contradictions(const RoutingFile& file);
/// The part of the above that compares the topology with the witness's command line.
std::vector<Difference> contradictions_with_command(const RoutingFile& file);
std::vector<Difference> contradictions(const Scenario& scenario);

}  // namespace cxlpool::platforms
