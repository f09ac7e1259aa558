// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace cxlpool::platforms {

/// The name of a component in a QOM path: `mem0` of `/machine/peripheral/mem0` and of `mem0`.
inline std::string name_in(const std::string& path) {
  const std::string peripheral = "/machine/peripheral/";
  if (path.compare(0, peripheral.size(), peripheral) == 0) return path.substr(peripheral.size());
  return path;
}

}  // namespace cxlpool::platforms
