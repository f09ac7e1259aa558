// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/validation.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/validate/tables.h"
#include "traffic/nearest.h"

namespace cxlpool::validation {
namespace {

struct Maker {
  const char* id;
  Table (*make)();
};

constexpr Maker makers[] = {
    {"link_peaks", link_peaks},
    {"idle_latencies", idle_latencies},
    {"left_out_families", left_out_families},
    {"device_peaks", device_peaks},
    {"loaded_latencies", loaded_latencies},
    {"interleave", interleave},
    {"contention", contention},
};

void check(const std::vector<std::string>& ids) {
  std::vector<std::string_view> known;
  for (const Maker& maker : makers) known.push_back(maker.id);
  for (const std::string& id : ids) {
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    throw std::invalid_argument(fmt::format("--table: there is no table \"{}\"{}",
                                            platforms::quotable(id),
                                            traffic::did_you_mean(id, known)));
  }
}

}  // namespace

std::vector<Table> validate(const std::vector<std::string>& ids) {
  check(ids);
  std::vector<Table> tables;
  for (const Maker& maker : makers) {
    if (ids.empty() || std::find(ids.begin(), ids.end(), maker.id) != ids.end()) {
      tables.push_back(maker.make());
    }
  }
  return tables;
}

bool good(const std::vector<Table>& tables) {
  for (const Table& table : tables) {
    for (const Row& row : table.rows) {
      if (!row.within()) return false;
    }
    for (const Curve& curve : table.curves) {
      if (!curve.within()) return false;
    }
  }
  return true;
}

}  // namespace cxlpool::validation
