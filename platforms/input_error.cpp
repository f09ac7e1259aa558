// SPDX-License-Identifier: Apache-2.0
#include "platforms/input_error.h"

#include <utility>

#include <fmt/format.h>

namespace cxlpool::platforms {
namespace {

std::string render(const Location& at, const std::string& message) {
  std::string text = at.file;
  if (at.line > 0) text += fmt::format("{}{}:{}", text.empty() ? "" : ":", at.line, at.column);
  if (!text.empty()) text += ": ";
  if (!at.path.empty()) text += at.path + ": ";
  return text + message;
}

}  // namespace

InputError::InputError(Location location, std::string message)
    : std::runtime_error(render(location, message)),
      location_(std::move(location)),
      message_(std::move(message)) {}

std::string quotable(std::string_view text, std::size_t longest) {
  std::size_t length = text.size();
  if (length > longest) {
    length = longest;
    // Not in the middle of a UTF-8 sequence, or the message could not become JSON.
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  }
  std::string line;
  for (const char c : text.substr(0, length)) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return length < text.size() ? line + "..." : line;
}

}  // namespace cxlpool::platforms
