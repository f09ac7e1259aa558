// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "platforms/qmp/arguments.h"
#include "platforms/qmp/machine.h"

namespace cxlpool::qmp {

struct Command;

/// What a command works on, and what it says about its session and its program.
struct Context {
  Machine& machine;
  const std::vector<Command>& commands;  ///< for those that describe them
  bool negotiated = false;
  bool quit = false;
  bool reset = false;
};

/// One row of the table that the door is made of: everything that a client can say. The signature
/// is all there is about arguments; run() gets arguments that it has passed.
struct Command {
  std::string name;
  Signature signature;
  Result<nlohmann::json> (*run)(Context& context, const Arguments& arguments);
};

/// In the order of query-commands.
std::vector<Command> all_commands();

const Command* find_command(const std::vector<Command>& commands, const std::string& name);

/// `{}`, or the error.
Result<nlohmann::json> empty_reply(const Status& status);

// The parts of the table, by what they are about.
std::vector<Command> session_commands();
std::vector<Command> query_commands();
std::vector<Command> object_commands();
std::vector<Command> capacity_commands();
std::vector<Command> inject_commands();
std::vector<Command> access_commands();

}  // namespace cxlpool::qmp
