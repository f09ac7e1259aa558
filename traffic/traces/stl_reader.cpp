// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/stl_reader.h"

#include <fmt/format.h>

namespace cxlpool::traffic {
namespace {

constexpr const char* line_form = "CYCLE: [(BYTES)] read|write 0xADDRESS [0xDATA]";

/// `text` without parentheses when it has both, else unchanged.
std::string_view without_parentheses(std::string_view text) {
  const bool both = text.size() >= 2 && text.front() == '(' && text.back() == ')';
  return both ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

TextTraceReader::Line StlTraceReader::parse(std::string_view line, TraceRecord& record) {
  std::string_view rest = trimmed(line);
  if (rest.empty() || rest.front() == '#') return Line::comment;

  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) fail(fmt::format("line {}", quoted(line)), line_form);
  decimal(without_parentheses(trimmed(rest.substr(0, colon))), "cycle");
  rest.remove_prefix(colon + 1);

  std::string_view word = take_word(rest);
  const bool has_length = !word.empty() && word.front() == '(';
  if (has_length) {
    set_size(record, decimal(without_parentheses(word), "length"));
    word = take_word(rest);
  }
  if (word != "read" && word != "write") fail(fmt::format("command {}", quoted(word)), line_form);
  record.op = word == "write" ? Op::write : Op::read;
  record.address = hexadecimal(take_word(rest), "address");

  const std::string_view data = take_word(rest);
  if (!take_word(rest).empty()) fail(fmt::format("line {}", quoted(line)), line_form);
  if (!data.empty()) {
    const std::uint64_t bytes = data_bytes(data);
    if (has_length && bytes != record.size) {
      fail(fmt::format("{} bytes of data for an access of {}", bytes, record.size),
           "as many as the length says");
    }
    set_size(record, bytes);
  } else if (!has_length) {
    record.size = 64;
  }
  return Line::record;
}

std::uint64_t StlTraceReader::data_bytes(std::string_view data) const {
  const std::string_view digits = data.substr(0, 2) == "0x" ? data.substr(2) : data;
  const bool hexadecimal_only =
      digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  if (digits.empty() || digits.size() % 2 != 0 || !hexadecimal_only) {
    fail(fmt::format("data {}", quoted(data)), "0x and two hexadecimal digits a byte");
  }
  return digits.size() / 2;
}

}  // namespace cxlpool::traffic
