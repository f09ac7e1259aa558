// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/csv_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "traffic/nearest.h"

namespace cxlpool::traffic {
namespace {

const std::vector<std::string>& column_names() {  // in the order of Column
  static const std::vector<std::string> names = {"op",           "address",    "size",   "host",
                                                 "byte_enables", "status",     "device", "dpa",
                                                 "issued_ps",    "answered_ps"};
  return names;
}

/// Cuts the first field off `text`; `more` says whether a comma followed.
std::string_view take_field(std::string_view& text, bool& more) {
  const std::size_t comma = text.find(',');
  more = comma != std::string_view::npos;
  const std::string_view field = trimmed(text.substr(0, comma));
  text = more ? text.substr(comma + 1) : std::string_view{};
  return field;
}

}  // namespace

CsvTraceReader::CsvTraceReader(ByteStream stream) : TextTraceReader(std::move(stream)) {
  read_header();
}

TraceKind CsvTraceReader::kind() const {
  if (has(Column::issued)) return TraceKind::timed_request;
  return has(Column::status) ? TraceKind::request : TraceKind::access;
}

bool CsvTraceReader::has(Column column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

void CsvTraceReader::read_header() {
  const std::vector<std::string>& names = column_names();
  const std::string known = fmt::format("{}", fmt::join(names, ", "));
  std::string_view line;
  if (!read_line(line)) fail("no header line", "columns of " + known);
  for (bool more = true; more;) {
    const std::string_view name = take_field(line, more);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      fail(fmt::format("unknown column {}, did you mean '{}'?", quoted(name),
                       nearest(name, {names.begin(), names.end()})),
           "columns of " + known);
    }
    const auto column = static_cast<Column>(found - names.begin());
    if (has(column)) fail(fmt::format("column {} appears twice", quoted(name)), "it once");
    columns_.push_back(column);
  }
  for (const Column column : {Column::op, Column::address, Column::size}) {
    if (!has(column)) {
      fail(fmt::format("no column '{}'", names[static_cast<std::size_t>(column)]),
           "op, address and size at least");
    }
  }
  if (has(Column::status) && !has(Column::host)) fail("status without host", "both columns");
  if (has(Column::device) != has(Column::dpa) || (has(Column::device) && !has(Column::status))) {
    fail("device, dpa and status do not go together", "device and dpa both, and status with them");
  }
  if (has(Column::issued) != has(Column::answered) ||
      (has(Column::issued) && !has(Column::status))) {
    fail("issued_ps, answered_ps and status do not go together",
         "issued_ps and answered_ps both, and status with them");
  }
}

TextTraceReader::Line CsvTraceReader::parse(std::string_view line, TraceRecord& record) {
  if (trimmed(line).empty()) return Line::comment;
  if (is_request(kind())) record.completion = Completion{};
  if (kind() == TraceKind::timed_request) record.completion->times = Times{};
  bool more = true;
  std::string_view device;
  std::string_view dpa;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!more)
      fail(fmt::format("{} fields", i), fmt::format("{} as in the header", columns_.size()));
    const std::string_view field = take_field(line, more);
    if (columns_[i] == Column::device) {
      device = field;
    } else if (columns_[i] == Column::dpa) {
      dpa = field;
    } else {
      set(columns_[i], field, record);
    }
  }
  if (more) fail("too many fields", fmt::format("{} as in the header", columns_.size()));
  if (device.empty() != dpa.empty()) fail("device without dpa, or dpa without device", "both");
  if (!device.empty()) {
    record.completion->place = DevicePlace{index(device, "device"), prefixed(dpa, "dpa")};
  }
  if (record.completion && record.completion->times) check_times(*record.completion->times);
  return Line::record;
}

void CsvTraceReader::check_times(const Times& times) const {
  if (times.answered_ps >= times.issued_ps) return;
  fail(fmt::format("answered at {} ps, issued at {} ps", times.answered_ps, times.issued_ps),
       "an answer that is not before its request");
}

void CsvTraceReader::set(Column column, std::string_view text, TraceRecord& record) const {
  switch (column) {
    case Column::op:
      if (text == "read" || text == "R") {
        record.op = Op::read;
      } else if (text == "write" || text == "W") {
        record.op = Op::write;
      } else {
        fail(fmt::format("op {}", quoted(text)), "read, write, R or W");
      }
      break;
    case Column::address:
      record.address = prefixed(text, "address");
      break;
    case Column::size:
      set_size(record, prefixed(text, "size"));
      break;
    case Column::host:
      if (!text.empty()) record.host = index(text, "host");
      if (text.empty() && has(Column::status)) fail("no host", "the host of the request");
      break;
    case Column::byte_enables:
      if (text == "alternate") {
        record.enables = ByteEnables::alternate;
      } else if (!text.empty() && text != "all") {
        fail(fmt::format("byte_enables {}", quoted(text)), "all or alternate");
      }
      break;
    case Column::status: {
      const auto found = std::find(trace_status_names.begin(), trace_status_names.end(), text);
      if (found == trace_status_names.end()) {
        fail(fmt::format("status {}", quoted(text)),
             fmt::format("one of {}", fmt::join(trace_status_names, ", ")));
      }
      record.completion->status = static_cast<TraceStatus>(found - trace_status_names.begin());
      break;
    }
    case Column::issued:
      record.completion->times->issued_ps = prefixed(text, "issued_ps");
      break;
    case Column::answered:
      record.completion->times->answered_ps = prefixed(text, "answered_ps");
      break;
    case Column::device:
    case Column::dpa:
      break;
  }
}

std::uint32_t CsvTraceReader::index(std::string_view text, const char* what) const {
  const std::uint64_t value = prefixed(text, what);
  if (value > UINT32_MAX) {
    fail(fmt::format("{} {} is out of range", what, value), fmt::format("at most {}", UINT32_MAX));
  }
  return static_cast<std::uint32_t>(value);
}

}  // namespace cxlpool::traffic
