// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace cxlpool::traffic {

/// A trace cannot be opened, read, mapped or written. what() reads
///
///     trace.csv:17: address 'banana' is not a number; expected 0x-hexadecimal or decimal
///     trace.cxt: record 41, byte 208: ...
///
/// with the place in front: a line for text, a record and a byte of the decompressed stream for
/// the binary format, a byte of the file for the compression underneath.
class TraceError : public std::runtime_error {
 public:
  /// `where` is a file name, or a reader's position(). `expected` may be empty.
  TraceError(const std::string& where, const std::string& problem, const std::string& expected)
      : std::runtime_error(where + ": " + problem +
                           (expected.empty() ? "" : "; expected " + expected)) {}
};

/// `text` in single quotes, cut to 48 bytes, anything unprintable as \xNN: for messages that quote
/// hostile input.
std::string quoted(std::string_view text);

}  // namespace cxlpool::traffic
