// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/outline.h"

#include <algorithm>

#include <fmt/format.h>

namespace cxlpool::platforms {

std::string Outline::text() const {
  std::size_t width = 0;
  for (const auto& [label, line] : lines_) width = std::max(width, label.size());
  std::string text;
  for (const auto& [label, line] : lines_) {
    text += fmt::format("  {:<{}}   {}\n", label, width, line);
  }
  return text;
}

}  // namespace cxlpool::platforms
