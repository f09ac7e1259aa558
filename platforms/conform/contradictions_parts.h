// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "platforms/conform/tally.h"

namespace cxlpool::platforms {

/// Collects what does not agree.
class Comparison {
 public:
  void differ(std::string path, std::string expected, std::string got) {
    found_.push_back({std::move(path), std::move(expected), std::move(got)});
  }
  template <typename Value>
  void equal(const std::string& path, const Value& expected, const Value& got) {
    if (expected != got) differ(path, fmt::format("{}", expected), fmt::format("{}", got));
  }
  void add(std::vector<Difference> differences) {
    for (Difference& each : differences) found_.push_back(std::move(each));
  }
  bool empty() const { return found_.empty(); }
  std::vector<Difference> take() { return std::move(found_); }

 private:
  std::vector<Difference> found_;
};

}  // namespace cxlpool::platforms
