// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/text_reader.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace cxlpool::traffic {

TextTraceReader::TextTraceReader(ByteStream stream) : stream_(std::move(stream)) {}

std::string TextTraceReader::position() const {
  return fmt::format("{}:{}", stream_.path(), line_number_);
}

void TextTraceReader::fail(const std::string& problem, const std::string& expected) const {
  throw TraceError(position(), problem, expected);
}

bool TextTraceReader::read_line(std::string_view& line) {
  stream_.consume(consumed_);
  consumed_ = 0;
  std::string_view ahead = stream_.peek(1);
  if (ahead.empty()) return false;
  ++line_number_;
  std::size_t end = ahead.substr(0, max_line_bytes + 1).find('\n');
  if (end == std::string_view::npos && ahead.size() <= max_line_bytes) {
    ahead = stream_.peek(max_line_bytes + 1);
    end = ahead.substr(0, max_line_bytes + 1).find('\n');
  }
  if (end == std::string_view::npos && ahead.size() > max_line_bytes) {
    fail(fmt::format("line longer than {} bytes, begins {}", max_line_bytes, quoted(ahead)),
         "a text trace with one access a line");
  }
  consumed_ = end == std::string_view::npos ? ahead.size() : end + 1;
  line = ahead.substr(0, end);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return true;
}

bool TextTraceReader::next(TraceRecord& record) {
  std::uint64_t ignored = 0;
  std::string_view line;
  while (read_line(line)) {
    record = {};
    switch (parse(line, record)) {
      case Line::record:
        check_address(record);
        return true;
      case Line::skipped:
        ignored = 0;
        break;
      case Line::comment:
        if (++ignored >= max_ignored_lines) {
          fail(fmt::format("{} comments and blank lines in a row", ignored), "an access");
        }
        break;
    }
  }
  return false;
}

std::uint64_t TextTraceReader::number(std::string_view text, int base, std::string_view digits,
                                      const char* what, const char* expected) const {
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (error == std::errc::result_out_of_range) {
    fail(fmt::format("{} {} does not fit 64 bits", what, quoted(text)), expected);
  }
  if (error != std::errc() || stop != end) {
    fail(fmt::format("{} {} is not a number", what, quoted(text)), expected);
  }
  return value;
}

std::uint64_t TextTraceReader::decimal(std::string_view text, const char* what) const {
  return number(text, 10, text, what, "a decimal number");
}

std::uint64_t TextTraceReader::hexadecimal(std::string_view text, const char* what) const {
  std::string_view digits = text;
  if (digits.substr(0, 2) == "0x" || digits.substr(0, 2) == "0X") digits.remove_prefix(2);
  return number(text, 16, digits, what, "a hexadecimal number");
}

std::uint64_t TextTraceReader::prefixed(std::string_view text, const char* what) const {
  const bool hex = text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X";
  return number(text, hex ? 16 : 10, hex ? text.substr(2) : text, what,
                "0x-hexadecimal or decimal below 2^64");
}

void TextTraceReader::set_size(TraceRecord& record, std::uint64_t size) const {
  if (size == 0 || size > max_request_bytes) {
    fail(fmt::format("access of {} bytes", size), fmt::format("1 to {} bytes", max_request_bytes));
  }
  record.size = static_cast<std::uint32_t>(size);
}

void TextTraceReader::check_address(const TraceRecord& record) const {
  if (!fits_address_space(record.address, record.size)) {
    fail(fmt::format("{} bytes at {:#x} wrap around", record.size, record.address),
         "addresses of 64 bits");
  }
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string_view take_word(std::string_view& text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) {
    text = {};
    return {};
  }
  const std::size_t end = text.find_first_of(blanks, begin);
  const std::string_view word = text.substr(begin, end - begin);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  return word;
}

}  // namespace cxlpool::traffic
