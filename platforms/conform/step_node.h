// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "platforms/conform/json_node.h"

namespace cxlpool::platforms {

/// A step of a vector file, and what its `expect` puts in the place of some of the witness's
/// answers.
class StepNode {
 public:
  explicit StepNode(const JsonNode& step);

  JsonNode at(const char* key) const { return replaces(key) ? expect_->at(key) : step_.at(key); }
  /// What is neither in the step nor replaced, or is null.
  std::optional<JsonNode> find(const char* key) const {
    return replaces(key) ? expect_->find(key) : step_.find(key);
  }
  bool replaces(const char* key) const { return expect_ && expect_->has(key); }
  bool states(const char* key) const { return replaces(key) || step_.has(key); }

 private:
  JsonNode step_;
  std::optional<JsonNode> expect_;
};

/// Bytes of a hex string. With `compared`, "??" is a byte that is not compared.
std::vector<std::uint8_t> read_hex(const JsonNode& node, std::vector<bool>* compared = nullptr);

std::string in_hex(const std::vector<std::uint8_t>& bytes);

}  // namespace cxlpool::platforms
