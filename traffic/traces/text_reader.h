// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "traffic/traces/byte_stream.h"
#include "traffic/traces/reader.h"

namespace cxlpool::traffic {

/// Common part of the line-by-line formats: bounded lines, their numbers, numbers in them.
/// A line longer than max_line_bytes, or max_ignored_lines comments and blank lines in a row (a
/// small compressed file can hold endless ones), is a TraceError. Lines end in LF or CR LF; the
/// last may lack it. Text says nothing of its own length: a plain file that is cut at a line's end
/// cannot be told from a shorter one (compressed text can).
class TextTraceReader : public TraceReader {
 public:
  static constexpr std::size_t max_line_bytes = 64 * 1024;
  static constexpr std::uint64_t max_ignored_lines = 1024 * 1024;

  explicit TextTraceReader(ByteStream stream);

  bool next(TraceRecord& record) override;
  std::string position() const override;

 protected:
  enum class Line : std::uint8_t { record, skipped, comment };

  /// Takes one line apart, without its end. `record` holds nothing when called.
  virtual Line parse(std::string_view line, TraceRecord& record) = 0;

  /// The next line without its end; false at the end of the file. The view lives until the next
  /// call.
  bool read_line(std::string_view& line);

  [[noreturn]] void fail(const std::string& problem, const std::string& expected) const;

  /// The whole of `text` as a number. `what` names it in messages.
  std::uint64_t decimal(std::string_view text, const char* what) const;
  std::uint64_t hexadecimal(std::string_view text, const char* what) const;
  std::uint64_t prefixed(std::string_view text, const char* what) const;  ///< 0x.. or decimal

  void set_size(TraceRecord& record, std::uint64_t size) const;
  void check_address(const TraceRecord& record) const;

 private:
  std::uint64_t number(std::string_view text, int base, std::string_view digits, const char* what,
                       const char* expected) const;

  ByteStream stream_;
  std::uint64_t line_number_ = 0;
  std::size_t consumed_ = 0;  ///< bytes of the line last given out
};

/// Cuts the next word, separated by blanks and tabs, off `text`; empty when there is none.
std::string_view take_word(std::string_view& text);

/// `text` without blanks and tabs at its ends.
std::string_view trimmed(std::string_view text);

}  // namespace cxlpool::traffic
