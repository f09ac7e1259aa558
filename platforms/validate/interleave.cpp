// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/tables.h"

namespace cxlpool::validation {

Table interleave() {
  Table table{"interleave", "Interleave over several devices", {}, {}, {}};
  table.notes.push_back(
      "Chosen on: one device, sequential; the host's bound on reads, with four devices. Random "
      "reads of 64 B have a lower bound of the host, 45.4 GB/s, chosen with four devices too.");
  constexpr std::uint64_t random_line_bound = 45'400'000'000;
  for (const ReferenceRow& row : reference_rows("interleave")) {
    Bench bench;
    bench.profile = row.text("profile");
    bench.devices = row.count("devices");
    Load load;
    load.read_percent = row.count("read_percent");
    load.size = row.count("size");
    load.pattern = row.text("pattern") == "seq" ? Pattern::sequential : Pattern::random;
    load.threads = 16;
    load.outstanding = load.size > 64 ? 4 : 48;
    load.requests = load.size > 64 ? 1'600 : 32'000;
    if (load.size == 64) bench.host_reads = random_line_bound;
    table.rows.push_back({row.text("name"), "GB/s", role_from(row.text("role")),
                          row.number("published"), measure(bench, load).bandwidth,
                          row.text("source"), 0});
  }
  return table;
}

}  // namespace cxlpool::validation
