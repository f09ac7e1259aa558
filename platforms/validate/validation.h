// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "platforms/validate/table.h"

namespace cxlpool::validation {

/// Runs everything, some 150 simulations one after the other.
std::vector<Table> validate_all();

/// Whether every figure that has a tolerance keeps it.
bool good(const std::vector<Table>& tables);

}  // namespace cxlpool::validation
