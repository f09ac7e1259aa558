// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

namespace cxlpool::qmp {

/// Ours, in the form of QEMU's: what the greeting and query-version say.
nlohmann::json version_reply();

}  // namespace cxlpool::qmp
