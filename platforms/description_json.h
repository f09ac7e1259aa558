// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "platforms/description.h"

namespace cxlpool::platforms {

/// The effective platform with every repeat expanded and every default filled in, keys in the
/// order of the schema. It is itself a platform file (JSON is YAML), and reading it gives the same
/// platform.
nlohmann::ordered_json resolved_json(const PlatformDescription& platform);

}  // namespace cxlpool::platforms
