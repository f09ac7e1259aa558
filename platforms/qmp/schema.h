// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "platforms/qmp/commands.h"

namespace cxlpool::qmp {

/// The answer to query-qmp-schema: the commands and the types of their arguments, as QEMU describes
/// its own. What a command returns is not described (`any`).
nlohmann::json describe_schema(const std::vector<Command>& commands);

}  // namespace cxlpool::qmp
