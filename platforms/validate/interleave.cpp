// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/tables.h"

namespace cxlpool::validation {

Table interleave() {
  Table table{"interleave", "Interleave over several devices", {}, {}, {}};
  table.notes.push_back(
      "24 cores in a closed loop: 15 lines each where they are random, as one core alone has, 48 "
      "where prefetchers work. The device's rates are chosen on one device, the host's bounds on "
      "four, sequential; all others are predictions. Aim: 10 %.");
  for (const ReferenceRow& row : reference_rows("interleave")) {
    Bench bench;
    bench.profile = row.text("profile");
    bench.devices = row.count("devices");
    Mix mix = mix_of(row);
    mix.size = row.count("size");
    const Load load = saturating(Injector::closed, mix, bench.devices);
    table.rows.push_back(row_of(row, "GB/s", measure(bench, load).bandwidth, 10));
  }
  return table;
}

}  // namespace cxlpool::validation
