// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/conform/vector_topology.h"
#include "platforms/description.h"
#include "traffic/mode.h"

namespace cxlpool::platforms {

/// How vector files are run. With time, links have latency and time goes on; each access comes to
/// its end before the next.
struct ConformOptions {
  traffic::Mode mode = traffic::Mode::functional;
  bool compiled_routes = true;  ///< off: every access goes hop by hop
  bool json = false;            ///< the report's form
};

/// The name of the one host above a vector file's topology.
inline constexpr const char* testbed_host = "h0";

/// A vector file's topology as a platform, unprogrammed, with the witness's capabilities. Locations
/// hold the paths of the vector file. It may be impossible to build; validate() tells.
PlatformDescription describe_testbed(const VectorTopology& topology, const ConformOptions& options);

}  // namespace cxlpool::platforms
