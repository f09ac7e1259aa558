// SPDX-License-Identifier: Apache-2.0
#include "platforms/text_check.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace cxlpool::platforms {
namespace {

/// Length of the UTF-8 sequence at the front of `text`, 0 when it is malformed: overlong, a
/// surrogate, beyond U+10FFFF or cut off.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (length == 0 || lead > 0xF4 || text.size() < length) return 0;
  std::uint32_t code = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte & 0x3Fu);
  }
  const std::uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < least || code > 0x10FFFF || surrogate ? 0 : length;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

}  // namespace

std::optional<TextFlaw> find_text_flaw(std::string_view text) {
  int line = 1;
  std::size_t line_start = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = is_control(c) && c != '\n' && c != '\r' && c != '\t'
                                   ? 0
                                   : sequence_length(text.substr(at, 4));
    if (length == 0) {
      const auto byte = static_cast<unsigned>(static_cast<unsigned char>(c));
      return TextFlaw{line, static_cast<int>(at - line_start) + 1,
                      fmt::format("expected UTF-8 text, got byte {:#04x}", byte)};
    }
    at += length;
    if (c == '\n') {
      ++line;
      line_start = at;
    }
  }
  return std::nullopt;
}

std::string printable(std::string_view text, bool keep_lines) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    std::size_t length = is_control(c) ? 0 : sequence_length(text.substr(at, 4));
    // U+0080 to U+009F are control characters too.
    if (length == 2 && c == '\xC2' && static_cast<unsigned char>(text[at + 1]) < 0xA0) length = 0;
    if (length == 0 && keep_lines && c == '\n') length = 1;
    if (length == 0) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
      ++at;
      continue;
    }
    result += text.substr(at, length);
    at += length;
  }
  return result;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control);
}

}  // namespace cxlpool::platforms
