// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/check.h"

#include <algorithm>

#include <fmt/format.h>

#include "platforms/format.h"
#include "platforms/inspect/check_parts.h"

namespace cxlpool::platforms {

Location Subject::location_of(const std::string& component, unsigned decoder) const {
  for (const ProgrammedDecoder& programmed : programming.decoders) {
    if (programmed.component == component && programmed.program.index == decoder) {
      return programmed.location;
    }
  }
  return {};
}

std::string window_label(const Subject& subject, std::size_t host, std::size_t window) {
  return fmt::format("{} window {}", subject.description().hosts[host].name, window);
}

std::string decoder_label(const std::string& component, unsigned decoder) {
  return fmt::format("{} decoder {}", component, decoder);
}

std::vector<Finding> check(Platform& platform, const Programming& programming, Profile profile) {
  const Subject subject{platform, programming};
  Findings findings;
  check_programming(subject, findings);
  check_windows(subject, findings);
  check_ranges(subject, findings);
  check_routes(subject, findings);
  if (profile == Profile::linux_driver) check_linux(subject, findings);
  if (profile == Profile::qemu) check_qemu(subject, findings);
  return findings.take();
}

bool has_errors(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == Finding::Severity::error;
  });
}

namespace {

const char* severity_name(Finding::Severity severity) {
  return severity == Finding::Severity::error ? "error" : "warning";
}

}  // namespace

std::string to_text(const std::vector<Finding>& findings) {
  std::string text;
  std::size_t errors = 0;
  for (const Finding& finding : findings) {
    errors += finding.severity == Finding::Severity::error;
    if (!finding.location.file.empty()) {
      text += fmt::format("{}:{}:{}: ", finding.location.file, finding.location.line,
                          finding.location.column);
    }
    text += fmt::format("{}: {}: {}; {}", severity_name(finding.severity), finding.where,
                        finding.what, finding.why);
    if (!finding.mend.empty()) text += "; " + finding.mend;
    text += "\n";
  }
  if (findings.empty()) return "no errors, no warnings\n";
  return text + fmt::format("{}, {}\n", counted(errors, "error"),
                            counted(findings.size() - errors, "warning"));
}

nlohmann::ordered_json to_json(const std::vector<Finding>& findings) {
  auto json = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    nlohmann::ordered_json entry{{"severity", severity_name(finding.severity)},
                                 {"where", finding.where},
                                 {"what", finding.what},
                                 {"why", finding.why}};
    if (!finding.mend.empty()) entry["mend"] = finding.mend;
    if (!finding.location.file.empty()) {
      entry["file"] = finding.location.file;
      entry["line"] = finding.location.line;
      entry["column"] = finding.location.column;
    }
    json.push_back(std::move(entry));
  }
  return json;
}

}  // namespace cxlpool::platforms
