// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/commands.h"
#include "platforms/qmp/events.h"

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

std::vector<Extent> extents_of(const json& values) {
  std::vector<Extent> extents;
  for (const json& value : values) {
    extents.push_back(
        {value.at("offset").get<std::uint64_t>(), value.at("len").get<std::uint64_t>()});
  }
  return extents;
}

Result<json> add(Context& context, const Arguments& arguments) {
  AddDynamicCapacity request;
  request.path = arguments.get<std::string>("path");
  request.host_id = arguments.get<std::uint16_t>("host-id");
  request.selection_policy = static_cast<SelectionPolicy>(arguments.index_of("selection-policy"));
  request.region = arguments.get<std::uint8_t>("region");
  request.tag = arguments.find<std::string>("tag");
  request.extents = extents_of(arguments.at("extents"));
  return empty_reply(context.machine.add_dynamic_capacity(request));
}

Result<json> release(Context& context, const Arguments& arguments) {
  ReleaseDynamicCapacity request;
  request.path = arguments.get<std::string>("path");
  request.host_id = arguments.get<std::uint16_t>("host-id");
  request.removal_policy = static_cast<RemovalPolicy>(arguments.index_of("removal-policy"));
  request.forced_removal = arguments.get("forced-removal", false);
  request.sanitize_on_release = arguments.get("sanitize-on-release", false);
  request.region = arguments.get<std::uint8_t>("region");
  request.tag = arguments.find<std::string>("tag");
  request.extents = extents_of(arguments.at("extents"));
  return empty_reply(context.machine.release_dynamic_capacity(request));
}

Result<json> release_status(Context& context, const Arguments& arguments) {
  ReleaseStatusQuery query;
  query.path = arguments.get<std::string>("path");
  query.host_id = arguments.get<std::uint16_t>("host-id");
  query.region = arguments.get<std::uint8_t>("region");
  query.tag = arguments.get<std::string>("tag");
  const Result<ReleaseStatus> status = context.machine.release_status(query);
  if (!status) return status.error();
  json reply = {{"status", to_string(status->status)}};
  if (status->message) reply["message"] = *status->message;
  return reply;
}

Member extents_member() {
  return required(
      "extents",
      array_type(object_type("CxlDynamicCapacityExtent",
                             {required("offset", uint64_type()), required("len", uint64_type())})));
}

// Members stand in QEMU's order, which is that of its errors.
Signature add_signature() {
  return {{required("path", string_type()), required("host-id", uint16_type()),
           required("selection-policy",
                    enum_type("CxlExtentSelectionPolicy",
                              {"free", "contiguous", "prescriptive", "enable-shared-access"})),
           required("region", uint8_type()), optional("tag", string_type()), extents_member()},
          {},
          {}};
}

Signature release_signature() {
  return {
      {required("path", string_type()), required("host-id", uint16_type()),
       required("removal-policy",
                enum_type("CxlExtentRemovalPolicy", {"tag-based", "prescriptive"})),
       optional("forced-removal", boolean_type()), optional("sanitize-on-release", boolean_type()),
       required("region", uint8_type()), optional("tag", string_type()), extents_member()},
      {},
      {}};
}

Signature status_signature() {
  return {{required("path", string_type()), required("host-id", uint16_type()),
           required("region", uint8_type()), required("tag", string_type())},
          {},
          {}};
}

}  // namespace

std::vector<Command> capacity_commands() {
  return {
      {"cxl-add-dynamic-capacity", add_signature(), add},
      {"cxl-release-dynamic-capacity", release_signature(), release},
      {"cxl-release-dynamic-capacity-status", status_signature(), release_status},
  };
}

}  // namespace cxlpool::qmp
