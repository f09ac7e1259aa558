// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/monitor.h"

#include "platforms/qmp/events.h"
#include "platforms/qmp/session.h"

namespace cxlpool::qmp {

Monitor::Monitor(Machine& machine) : machine_(machine), commands_(all_commands()) {}

void Monitor::publish_changes() {
  for (const CapacityChange& change : machine_.take_capacity_changes()) {
    publish(capacity_event(change, machine_.now()));
  }
  for (const ErrorReport& report : machine_.take_error_reports()) {
    publish(error_event(report, machine_.now()));
  }
}

void Monitor::quit() {
  if (quitting_) return;
  quitting_ = true;
  publish(make_event("SHUTDOWN", {{"guest", false}, {"reason", "host-qmp-quit"}}, machine_.now()));
}

void Monitor::publish_reset() {
  publish(
      make_event("RESET", {{"guest", false}, {"reason", "host-qmp-system-reset"}}, machine_.now()));
}

void Monitor::publish(const nlohmann::json& event) {
  for (Session* session : sessions_) session->notify(event);
}

}  // namespace cxlpool::qmp
