// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace cxlpool::platforms {

/// Lines of text beside aligned labels. A label stands beside its first line only:
///
///     window 0   0x110000000..0x30fffffff (8 GiB)
///                (0x110002300 >> 8) mod 2 = 1
class Outline {
 public:
  void add(std::string label, std::string line) {
    lines_.emplace_back(std::move(label), std::move(line));
  }
  /// One more line under the last label.
  void add(std::string line) { add({}, std::move(line)); }

  /// Every line indented by two and ending in a newline.
  std::string text() const;

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

}  // namespace cxlpool::platforms
