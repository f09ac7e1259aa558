// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/conform/tally.h"
#include "platforms/conform/testbed_description.h"
#include "platforms/conform/translate_file.h"

namespace cxlpool::platforms {

/// Checks every vector with the address arithmetic alone, and by real accesses those whose sets and
/// offsets decoders can hold: `through_sockets` of the tally says how many those are.
Tally run_translate(const TranslateFile& file, const ConformOptions& options);

}  // namespace cxlpool::platforms
