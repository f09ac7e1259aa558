// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/conform/tally.h"
#include "platforms/conform/translate_file.h"

namespace cxlpool::platforms {

/// Checks every vector of a translation file with the address arithmetic alone.
void check_arithmetic(const TranslateFile& file, Checker& checker);

}  // namespace cxlpool::platforms
