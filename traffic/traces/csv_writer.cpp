// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/csv_writer.h"

#include <iterator>
#include <ostream>

#include <fmt/format.h>

namespace cxlpool::traffic {

std::uint64_t write_csv(TraceReader& reader, std::ostream& out) {
  const bool request = is_request(reader.kind());
  const bool timed = reader.kind() == TraceKind::timed_request;
  out << "op,address,size,host,byte_enables" << (request ? ",status,device,dpa" : "")
      << (timed ? ",issued_ps,answered_ps\n" : "\n");
  std::uint64_t records = 0;
  fmt::memory_buffer line;
  for (TraceRecord record; reader.next(record); ++records) {
    line.clear();
    const auto to = std::back_inserter(line);
    fmt::format_to(to, "{},{:#x},{},", record.op == Op::write ? "write" : "read", record.address,
                   record.size);
    if (record.host) fmt::format_to(to, "{}", *record.host);
    fmt::format_to(to, ",{}", record.enables == ByteEnables::all ? "all" : "alternate");
    if (request) {
      const Completion& completion = *record.completion;
      fmt::format_to(to, ",{}", trace_status_names[static_cast<std::size_t>(completion.status)]);
      if (completion.place) {
        fmt::format_to(to, ",{},{:#x}", completion.place->device, completion.place->dpa);
      } else {
        fmt::format_to(to, ",,");
      }
      if (timed) {
        const Times& times = *completion.times;
        fmt::format_to(to, ",{},{}", times.issued_ps, times.answered_ps);
      }
    }
    line.push_back('\n');
    out.write(line.data(), static_cast<std::streamsize>(line.size()));
    if (!out) throw TraceError(reader.position(), "the CSV copy cannot be written", "");
  }
  out.flush();
  if (!out) throw TraceError(reader.position(), "the CSV copy cannot be written", "");
  return records;
}

}  // namespace cxlpool::traffic
