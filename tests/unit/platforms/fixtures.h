// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/input_error.h"
#include "platforms/reader.h"

namespace cxlpool::platforms {

inline std::string fixture(const std::string& name) {
  return std::string(CXLPOOL_PLATFORM_DATA) + "/" + name;
}

inline std::string slurp(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// what() of the InputError that reading `text` as pool.yaml ends in.
inline std::string error_of(std::string_view text, const std::vector<std::string>& sets = {}) {
  try {
    read_platform_text(text, "pool.yaml", sets);
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no error)";
}

}  // namespace cxlpool::platforms
