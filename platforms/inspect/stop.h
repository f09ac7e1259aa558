// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/inspect/explain.h"

namespace cxlpool::platforms {

/// Puts into words why `route`, which failed, failed, and what would mend it.
Stop explain_stop(const Platform& platform, const std::string& host,
                  const address::DecodeTree& tree, const address::Route& route, std::uint64_t hpa);

}  // namespace cxlpool::platforms
