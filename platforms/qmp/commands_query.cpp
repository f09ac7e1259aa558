// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/commands.h"
#include "platforms/qmp/events.h"
#include "platforms/qmp/schema.h"
#include "platforms/qmp/version_reply.h"

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

Result<json> status(Context&, const Arguments&) {
  return json{{"running", true}, {"status", "running"}};
}

Result<json> version(Context&, const Arguments&) { return version_reply(); }

Result<json> command_names(Context& context, const Arguments&) {
  json list = json::array();
  for (const Command& command : context.commands) list.push_back({{"name", command.name}});
  return list;
}

Result<json> schema(Context& context, const Arguments&) {
  return describe_schema(context.commands);
}

/// QEMU's members, and after them what a tagged backend has.
json memdev(const BackendState& state) {
  json entry = {{"id", state.backend.id},
                {"size", state.backend.size_bytes},
                {"share", state.backend.share},
                {"merge", false},
                {"dump", true},
                {"prealloc", false},
                {"host-nodes", json::array()},
                {"policy", "default"}};
  if (state.backend.tag) entry["tag"] = *state.backend.tag;
  if (!state.used_by.empty()) entry["used-by"] = state.used_by;
  return entry;
}

Result<json> memdevs(Context& context, const Arguments&) {
  json list = json::array();
  for (const BackendState& state : context.machine.backends()) list.push_back(memdev(state));
  return list;
}

/// QEMU's list of DIMMs, in which CXL devices are not.
Result<json> memory_devices(Context&, const Arguments&) { return json::array(); }

json extent_entry(const ExtentState& extent) {
  json entry = {{"region", extent.region},
                {"host-id", extent.host_id},
                {"dpa", extent.dpa},
                {"len", extent.len},
                {"state", to_string(extent.state)}};
  if (!extent.tag.empty()) entry["tag"] = extent.tag;
  if (extent.shared_seq != 0) entry["shared-seq"] = extent.shared_seq;
  return entry;
}

json device_entry(const DeviceState& device) {
  json regions = json::array();
  for (const RegionState& region : device.regions) {
    regions.push_back(
        {{"dpa", region.dpa}, {"len", region.len}, {"block-size", region.block_bytes}});
  }
  json extents = json::array();
  for (const ExtentState& extent : device.extents) extents.push_back(extent_entry(extent));
  return {{"name", device.name},
          {"path", device.path},
          {"volatile-size", device.volatile_bytes},
          {"persistent-size", device.persistent_bytes},
          {"heads", device.heads},
          {"regions", std::move(regions)},
          {"extents", std::move(extents)},
          {"error-messages",
           {{"correctable", device.error_messages.correctable},
            {"non-fatal", device.error_messages.non_fatal},
            {"fatal", device.error_messages.fatal}}}};
}

Result<json> pool(Context& context, const Arguments&) {
  json devices = json::array();
  for (const DeviceState& device : context.machine.devices()) {
    devices.push_back(device_entry(device));
  }
  return json{{"time-ps", context.machine.now()},
              {"hosts", context.machine.hosts()},
              {"devices", std::move(devices)}};
}

}  // namespace

std::vector<Command> query_commands() {
  return {
      {"query-status", {}, status},          {"query-version", {}, version},
      {"query-commands", {}, command_names}, {"query-qmp-schema", {}, schema},
      {"query-memdev", {}, memdevs},         {"query-memory-devices", {}, memory_devices},
      {"x-cxlpool-query", {}, pool},
  };
}

}  // namespace cxlpool::qmp
