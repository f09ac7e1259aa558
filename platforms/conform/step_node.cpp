// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/step_node.h"

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/qmp/hex.h"

namespace cxlpool::platforms {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

StepNode::StepNode(const JsonNode& step) : step_(step), expect_(step.find("expect")) {
  if (expect_) expect_->object();
}

std::vector<std::uint8_t> read_hex(const JsonNode& node, std::vector<bool>* compared) {
  const std::string& text = node.text();
  std::vector<std::uint8_t> bytes;
  if (text.size() % 2 != 0) node.fail("expected two hex digits for each byte");
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const bool any = compared && text[i] == '?' && text[i + 1] == '?';
    const int high = any ? 0 : hex_digit(text[i]);
    const int low = any ? 0 : hex_digit(text[i + 1]);
    if (high < 0 || low < 0) {
      node.fail(fmt::format("expected hex digits, got \"{}\"", quotable(text.substr(i, 2))));
    }
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
    if (compared) compared->push_back(!any);
  }
  return bytes;
}

std::string in_hex(const std::vector<std::uint8_t>& bytes) { return qmp::to_hex(bytes); }

}  // namespace cxlpool::platforms
