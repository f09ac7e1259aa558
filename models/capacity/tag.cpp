// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/tag.h"

namespace cxlpool::capacity {
namespace {

constexpr std::size_t text_length = 36;
constexpr std::string_view digits = "0123456789abcdef";

/// Whether a hyphen stands before this byte.
bool group_begins(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

std::optional<unsigned> digit(char c) {
  const auto lower = static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
  const std::size_t value = digits.find(lower);
  if (value == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(value);
}

}  // namespace

std::optional<Tag> Tag::parse(std::string_view text) {
  if (text.size() != text_length) return std::nullopt;
  Tag tag;
  const char* next = text.data();
  for (std::size_t i = 0; i < tag.bytes.size(); ++i) {
    if (group_begins(i) && *next++ != '-') return std::nullopt;
    const std::optional<unsigned> high = digit(*next++), low = digit(*next++);
    if (!high || !low) return std::nullopt;
    tag.bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return tag;
}

std::string Tag::to_string() const {
  std::string text;
  text.reserve(text_length);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (group_begins(i)) text += '-';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 0xF];
  }
  return text;
}

}  // namespace cxlpool::capacity
