// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "platforms/programming.h"

/// Whether a platform's programming is legal: what is wrong, where, by which rule, and what would
/// mend it. Judged on the live registers and on what every write came to; nothing is changed. The
/// platform must be enabled and programmed.
namespace cxlpool::platforms {

enum class Profile : std::uint8_t {
  spec,          ///< what the CXL specification demands, and that every byte has one address
  linux_driver,  ///< also what the Linux CXL driver demands, of hand-programmed decoders too
  qemu,          ///< also what QEMU 10 can emulate
};

struct Finding {
  enum class Severity : std::uint8_t { error, warning };

  Severity severity = Severity::error;
  std::string where;  ///< component, decoder, window or region
  std::string what;
  std::string why;   ///< the rule
  std::string mend;  ///< empty where `what` says it
  Location location;
};

std::vector<Finding> check(Platform& platform, const Programming& programming, Profile profile);

bool has_errors(const std::vector<Finding>& findings);

/// One line a finding, "error: where: what; why; mend", and a line that sums up.
std::string to_text(const std::vector<Finding>& findings);
nlohmann::ordered_json to_json(const std::vector<Finding>& findings);

}  // namespace cxlpool::platforms
