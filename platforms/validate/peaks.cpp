// SPDX-License-Identifier: Apache-2.0
// Peaks: of links, with media that nobody waits for, and of whole devices.
#include "platforms/validate/tables.h"

namespace cxlpool::validation {

Table link_peaks() {
  Table table{"link_peaks", "Link peaks", {}, {}, {}};
  table.notes.push_back(
      "Media and queues that nobody waits for, 2,048 reads and writes in flight. Flit packing and"
      " framing follow from the specification, generation and width; that a link uses multi-data-"
      "headers, sync headers and SKP or not is chosen on the rows marked so. Aim: 1 %.");
  for (const ReferenceRow& row : reference_rows("link_peaks")) {
    Bench bench;
    bench.profile = row.text("profile");
    bench.width = row.count("width");
    bench.fast_media = true;
    Load load;
    load.read_percent = row.count("read_percent");
    load.outstanding = 2'048;
    load.requests = 200'000;
    table.rows.push_back(row_of(row, "GB/s", measure(bench, load).bandwidth, 1));
  }
  return table;
}

Table device_peaks() {
  Table table{"device_peaks", "Peaks of devices with their media", {}, {}, {}};
  table.notes.push_back(
      "MLC, 16 threads; ten times as long where reads and writes mix. Efficiency of the DRAM "
      "follows from its timing parameters, the scheduler "
      "and the entries of its queue, which the A1000's row of 2:1 is fitted to. Local memory, "
      "without CXL, is beside it to tell the DRAM's part from the link's; its writes come "
      "out too fast.");
  for (const ReferenceRow& row : reference_rows("device_peaks")) {
    Bench bench;
    bench.profile = row.text("profile");
    const Load load = peaking(Injector::mlc, mix_of(row));
    table.rows.push_back(row_of(row, "GB/s", measure(bench, load).bandwidth, 0));
  }
  return table;
}

}  // namespace cxlpool::validation
