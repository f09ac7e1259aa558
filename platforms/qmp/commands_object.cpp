// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/commands.h"

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

Result<json> object_add(Context& context, const Arguments& arguments) {
  Backend backend;
  backend.id = arguments.get<std::string>("id");
  const auto type = arguments.get<std::string>("qom-type");
  backend.kind = type == "memory-backend-file" ? BackendKind::file : BackendKind::ram;
  backend.size_bytes = arguments.get<std::uint64_t>("size");
  backend.tag = arguments.find<std::string>("tag");
  backend.mem_path = arguments.get<std::string>("mem-path", "");
  backend.share = arguments.get("share", false);
  backend.readonly = arguments.get("readonly", false);
  return empty_reply(context.machine.object_add(backend));
}

Result<json> object_del(Context& context, const Arguments& arguments) {
  return empty_reply(context.machine.object_del(arguments.get<std::string>("id")));
}

/// What QEMU's backends have about the process that simulates; taken, and without effect here.
std::vector<Member> backend_members(std::vector<Member> own) {
  for (const char* name : {"dump", "merge", "prealloc", "reserve", "share"}) {
    own.push_back(optional(name, boolean_type()));
  }
  return own;
}

Signature object_add_signature() {
  Signature signature;
  signature.members = {
      required("qom-type", enum_type("ObjectType", {"memory-backend-ram", "memory-backend-file",
                                                    "memory-backend-tagged"})),
      required("id", string_type())};
  signature.discriminator = "qom-type";
  const Member size = required("size", size_type());
  const Member tag = optional("tag", string_type());
  signature.branches = {
      {"memory-backend-ram", backend_members({size, tag})},
      {"memory-backend-file", backend_members({size, tag, required("mem-path", string_type()),
                                               optional("readonly", boolean_type())})},
      {"memory-backend-tagged", backend_members({size, required("tag", string_type())})},
  };
  return signature;
}

}  // namespace

std::vector<Command> object_commands() {
  return {
      {"object-add", object_add_signature(), object_add},
      {"object-del", {{required("id", string_type())}, {}, {}}, object_del},
  };
}

}  // namespace cxlpool::qmp
