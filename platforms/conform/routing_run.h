// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/conform/routing_file.h"
#include "platforms/conform/tally.h"
#include "platforms/conform/testbed_description.h"

namespace cxlpool::platforms {

/// Builds a routing file's topology and checks every entry of its lists by real accesses: what is
/// written must be found by back door and by reading where the file says, runs must end where they
/// end, and of words that alias the last one written stays. A step is an entry of a list.
Tally run_routing(const RoutingFile& file, const ConformOptions& options);

}  // namespace cxlpool::platforms
