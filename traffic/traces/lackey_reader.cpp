// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/lackey_reader.h"

#include <utility>

#include <fmt/format.h>

namespace cxlpool::traffic {

LackeyTraceReader::LackeyTraceReader(ByteStream stream, bool instructions)
    : TextTraceReader(std::move(stream)), instructions_(instructions) {}

bool LackeyTraceReader::next(TraceRecord& record) {
  if (store_pending_) {
    store_pending_ = false;
    record = modified_;
    record.op = Op::write;
    return true;
  }
  return TextTraceReader::next(record);
}

TextTraceReader::Line LackeyTraceReader::parse(std::string_view line, TraceRecord& record) {
  const std::string_view start = line.substr(0, 2);
  if (start == "==" || start == "--" || start == "**" || trimmed(line).empty()) {
    return Line::comment;
  }
  std::string_view rest = line;
  const std::string_view kind = take_word(rest);
  const std::string_view access = trimmed(rest);
  const std::size_t comma = access.find(',');
  const bool known = kind == "I" || kind == "L" || kind == "S" || kind == "M";
  if (!known || comma == std::string_view::npos) {
    fail(fmt::format("line {}", quoted(line)),
         "I, L, S or M, then ADDRESS,SIZE (keep program output apart with valgrind's --log-file)");
  }
  record.op = kind == "S" ? Op::write : Op::read;
  record.address = hexadecimal(access.substr(0, comma), "address");
  set_size(record, decimal(access.substr(comma + 1), "size"));
  if (kind == "I" && !instructions_) return Line::skipped;
  if (kind == "M") {
    store_pending_ = true;
    modified_ = record;
  }
  return Line::record;
}

}  // namespace cxlpool::traffic
