// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "platforms/qmp/machine.h"

namespace cxlpool::qmp {

/// One line of a scenario: a command, and when it is given.
struct ScenarioStep {
  std::optional<timing::Picoseconds> at;  ///< none: as soon as the one before is done
  nlohmann::json request;                 ///< as a client would send it
  int line = 0;
};

/// Commands at simulated times instead of from clients: a file with a QMP command a line, each with
/// or without a member `at`, a time with its unit since the start of the simulation:
///
///     {"at": "1.5us", "execute": "cxl-add-dynamic-capacity", "arguments": {..}}
///
/// Times never decrease. A time that has passed when its turn comes, because a command took longer,
/// means at once. Empty lines are skipped. The same file on the same machine gives the same bytes.
class Scenario {
 public:
  static constexpr std::size_t max_file_bytes = 64u << 20;

  struct Outcome {
    std::size_t commands = 0;  ///< that were given
    std::size_t errors = 0;    ///< of them answered by an error
    bool quit = false;
  };

  /// Reads all of it. A line that is no command is a platforms::InputError that names file and
  /// line; whether the machine knows the command is found out when it is given.
  static Scenario read(const std::string& file);
  static Scenario parse(std::string_view text, const std::string& file);

  /// Gives the commands and writes answers and events, one to a line. Capabilities are negotiated
  /// silently unless the first command does it. Ends early when a command was quit.
  Outcome run(Machine& machine, std::ostream& replies) const;

  const std::vector<ScenarioStep>& steps() const { return steps_; }

 private:
  std::vector<ScenarioStep> steps_;
};

}  // namespace cxlpool::qmp
