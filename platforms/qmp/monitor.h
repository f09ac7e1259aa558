// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "platforms/qmp/commands.h"
#include "platforms/qmp/machine.h"

namespace cxlpool::qmp {

class Session;

/// What the sessions of one machine share: the machine (not owned), the table of commands, whether
/// someone said quit, and the events that go to all of them. Sessions put themselves on its list,
/// and must not outlive it.
class Monitor {
 public:
  explicit Monitor(Machine& machine);
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  Machine& machine() { return machine_; }
  const std::vector<Command>& commands() const { return commands_; }

  /// Somebody said quit: nothing is carried out any more.
  bool quitting() const { return quitting_; }

  /// Tells every session in command mode what has changed since the last time. Sessions call it
  /// after a command; the owner of the machine calls it after simulating of its own accord.
  void publish_changes();

  /// Ends with a SHUTDOWN event.
  void quit();
  void publish_reset();

 private:
  friend class Session;
  void publish(const nlohmann::json& event);

  Machine& machine_;
  std::vector<Command> commands_;
  std::vector<Session*> sessions_;
  bool quitting_ = false;
};

}  // namespace cxlpool::qmp
