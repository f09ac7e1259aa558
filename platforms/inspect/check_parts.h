// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "platforms/inspect/check.h"

/// The rules of check(), one function a family.
namespace cxlpool::platforms {

/// Where rules report to.
class Findings {
 public:
  void error(std::string where, std::string what, std::string why, std::string mend,
             const Location& location = {}) {
    add(Finding::Severity::error, std::move(where), std::move(what), std::move(why),
        std::move(mend), location);
  }
  void warning(std::string where, std::string what, std::string why, std::string mend,
               const Location& location = {}) {
    add(Finding::Severity::warning, std::move(where), std::move(what), std::move(why),
        std::move(mend), location);
  }
  std::vector<Finding> take() { return std::move(found_); }

 private:
  void add(Finding::Severity severity, std::string where, std::string what, std::string why,
           std::string mend, const Location& location) {
    found_.push_back(
        {severity, std::move(where), std::move(what), std::move(why), std::move(mend), location});
  }

  std::vector<Finding> found_;
};

/// What rules look at.
struct Subject {
  Platform& platform;
  const Programming& programming;

  const PlatformDescription& description() const { return platform.description(); }
  const address::DecodeTree& tree(std::size_t host) const {
    return platform.host(host).topology().tree;
  }
  /// Where the decoder of a component was described; empty when nowhere.
  Location location_of(const std::string& component, unsigned decoder) const;
};

/// "h0 window 1".
std::string window_label(const Subject& subject, std::size_t host, std::size_t window);
/// "sw0 decoder 2".
std::string decoder_label(const std::string& component, unsigned decoder);

void check_programming(const Subject& subject, Findings& findings);
void check_windows(const Subject& subject, Findings& findings);
void check_ranges(const Subject& subject, Findings& findings);
void check_routes(const Subject& subject, Findings& findings);
void check_linux(const Subject& subject, Findings& findings);
void check_qemu(const Subject& subject, Findings& findings);

}  // namespace cxlpool::platforms
