// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "platforms/validate/table.h"

namespace cxlpool::validation {

/// Runs the tables of these ids in the usual order, or all where none is named: some 250
/// simulations one after the other. Throws std::invalid_argument for an id that there is not.
std::vector<Table> validate(const std::vector<std::string>& ids);

/// Whether every figure and curve that has a tolerance keeps it.
bool good(const std::vector<Table>& tables);

}  // namespace cxlpool::validation
