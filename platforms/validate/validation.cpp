// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/validation.h"

#include "platforms/validate/tables.h"

namespace cxlpool::validation {

std::vector<Table> validate_all() {
  return {link_peaks(),       idle_latencies(), left_out_families(), device_peaks(),
          loaded_latencies(), interleave(),     contention()};
}

bool good(const std::vector<Table>& tables) {
  for (const Table& table : tables) {
    for (const Row& row : table.rows) {
      if (!row.within()) return false;
    }
  }
  return true;
}

}  // namespace cxlpool::validation
