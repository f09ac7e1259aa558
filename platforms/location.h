// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace cxlpool::platforms {

/// Where in the input something was said, for messages; empty file when made by a program.
struct Location {
  std::string file;
  int line = 0;
  int column = 0;
  std::string path;  ///< e.g. devices[2].capacity
};

}  // namespace cxlpool::platforms
