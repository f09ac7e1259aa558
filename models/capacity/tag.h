// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cxlpool::capacity {

/// Tag of dynamic capacity: a UUID, its bytes in the order of the text, which is also that of
/// extent records and commands. All zero means untagged.
struct Tag {
  std::array<std::uint8_t, 16> bytes{};

  static constexpr Tag null() { return {}; }
  bool is_null() const { return *this == null(); }

  /// RFC 4122: 36 characters, hexadecimal digits of either case. Anything else is nullopt.
  static std::optional<Tag> parse(std::string_view text);
  std::string to_string() const;

  friend bool operator==(const Tag& a, const Tag& b) { return a.bytes == b.bytes; }
  friend bool operator!=(const Tag& a, const Tag& b) { return a.bytes != b.bytes; }
  friend bool operator<(const Tag& a, const Tag& b) { return a.bytes < b.bytes; }
};

}  // namespace cxlpool::capacity

template <>
struct std::hash<cxlpool::capacity::Tag> {
  std::size_t operator()(const cxlpool::capacity::Tag& tag) const noexcept {
    std::uint64_t halves[2];
    std::memcpy(halves, tag.bytes.data(), sizeof halves);
    return static_cast<std::size_t>(halves[0] ^ (halves[1] * 0x9E3779B97F4A7C15ull));
  }
};
