// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/ramulator2_reader.h"

#include <fmt/format.h>

namespace cxlpool::traffic {

TextTraceReader::Line Ramulator2TraceReader::parse(std::string_view line, TraceRecord& record) {
  std::string_view rest = line;
  const std::string_view op = take_word(rest);
  if (op.empty()) return Line::comment;
  const std::string_view address = take_word(rest);
  if ((op != "LD" && op != "ST") || address.empty() || !take_word(rest).empty()) {
    fail(fmt::format("line {}", quoted(line)), "LD ADDRESS or ST ADDRESS");
  }
  record.op = op == "ST" ? Op::write : Op::read;
  record.address = prefixed(address, "address");
  record.size = 64;
  return Line::record;
}

}  // namespace cxlpool::traffic
