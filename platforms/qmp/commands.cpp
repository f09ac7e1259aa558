// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/commands.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

Result<json> negotiate(Context& context, const Arguments& arguments) {
  if (context.negotiated) {
    return Error{ErrorClass::command_not_found,
                 "Capabilities negotiation is already complete, command ignored"};
  }
  if (arguments.has("enable") && !arguments.at("enable").empty()) {
    return generic_error("Capability oob not available");
  }
  context.negotiated = true;
  return json::object();
}

Result<json> quit(Context& context, const Arguments&) {
  context.quit = true;
  return json::object();
}

Result<json> system_reset(Context& context, const Arguments&) {
  const Status status = context.machine.system_reset();
  context.reset = status.ok();
  return empty_reply(status);
}

}  // namespace

std::vector<Command> session_commands() {
  return {
      {"qmp_capabilities",
       {{optional("enable", array_type(enum_type("QMPCapability", {"oob"})))}, {}, {}},
       negotiate},
      {"quit", {}, quit},
      {"system_reset", {}, system_reset},
  };
}

std::vector<Command> all_commands() {
  std::vector<Command> all;
  for (auto* part : {session_commands, query_commands, object_commands, capacity_commands,
                     inject_commands, access_commands}) {
    std::vector<Command> commands = part();
    std::move(commands.begin(), commands.end(), std::back_inserter(all));
  }
  return all;
}

const Command* find_command(const std::vector<Command>& commands, const std::string& name) {
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command& command) { return command.name == name; });
  return found == commands.end() ? nullptr : &*found;
}

Result<json> empty_reply(const Status& status) {
  if (!status) return status.error();
  return json::object();
}

}  // namespace cxlpool::qmp
