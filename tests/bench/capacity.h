// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/rows.h"

namespace cxlpool::bench {

/// Rows of dynamic capacity: the look-up of the data path beside 1 to 1,000,000 extents, which must
/// not cost more with more of them; the life of one extent beside them; and all of them at once.
void add_capacity_rows(bool smoke, Comparisons& comparisons);

}  // namespace cxlpool::bench
