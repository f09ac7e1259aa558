// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/tables.h"

namespace cxlpool::validation {
namespace {

Bench bench_of(const ReferenceRow& row) {
  Bench bench;
  bench.profile = row.text("profile");
  bench.remote = row.text("socket") == "remote";
  return bench;
}

}  // namespace

Table idle_latencies() {
  Table table{"idle_latencies", "Idle latencies", {}, {}, {}};
  table.notes.push_back(
      "One access at a time. Each profile has one lumped constant, chosen on its own row; the hop"
      " to the remote socket is a parameter of 234.8 ns that the A1000's two rows give. Aim: 3 %.");
  for (const ReferenceRow& row : reference_rows("idle_latencies")) {
    const Measurement idle = measure_idle(bench_of(row), row.count("read_percent"));
    table.rows.push_back(row_of(row, "ns", idle.latency, 3));
  }
  return table;
}

Table left_out_families() {
  Table table{"left_out_families", "Idle latencies of families left out", {}, {}, {}};
  table.notes.push_back(
      "Each with the lumped constant that the other families or published segments give, as if "
      "its own figure had never been published. Aim: 15 %. Melody's split by device is from "
      "memory, so that nothing is asked of its rows; that its device A is faster than other ASICs"
      " cannot be told from those.");
  for (const ReferenceRow& row : reference_rows("left_out_families")) {
    Bench bench = bench_of(row);
    const auto picoseconds = [&row](const char* column) {
      return static_cast<timing::Picoseconds>(row.number(column) * timing::ps_per_ns + 0.5);
    };
    if (!row.text("controller_ns").empty()) bench.controller = picoseconds("controller_ns");
    if (!row.text("media_ns").empty()) bench.media = picoseconds("media_ns");
    if (!row.text("hop_ns").empty()) bench.hop = picoseconds("hop_ns");
    table.rows.push_back({row.text("name"), "ns", Role::predicted, row.number("published"),
                          measure_idle(bench, 100).latency, row.text("source"),
                          row.number("tolerance")});
  }
  return table;
}

}  // namespace cxlpool::validation
