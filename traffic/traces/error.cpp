// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/error.h"

#include <fmt/format.h>

namespace cxlpool::traffic {

std::string quoted(std::string_view text) {
  constexpr std::size_t limit = 48;
  std::string result = "'";
  for (const char c : text.substr(0, limit)) {
    if (c >= 0x20 && c < 0x7F) {
      result += c;
    } else {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return result + (text.size() > limit ? "...'" : "'");
}

}  // namespace cxlpool::traffic
