// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "platforms/qmp/commands.h"
#include "platforms/qmp/hex.h"

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

constexpr std::uint64_t max_access_bytes = 256u << 10;
constexpr timing::Picoseconds max_advance_ps = 1'000'000'000'000;

json access_reply(const Access& access) {
  json reply = {{"status", access.ok ? "ok" : "error"}};
  if (!access.ok) reply["cause"] = access.cause;
  if (access.poison) reply["poison"] = true;
  return reply;
}

Result<json> read(Context& context, const Arguments& arguments) {
  const auto size = arguments.get<std::uint64_t>("size");
  if (size == 0 || size > max_access_bytes) {
    return generic_error(fmt::format("Parameter 'size' expects 1 to {}", max_access_bytes));
  }
  const Result<Access> access = context.machine.read(arguments.get<std::string>("host"),
                                                     arguments.get<std::uint64_t>("hpa"), size);
  if (!access) return access.error();
  json reply = access_reply(*access);
  reply["data"] = to_hex(access->bytes);
  return reply;
}

Result<json> write(Context& context, const Arguments& arguments) {
  const std::vector<std::uint8_t> bytes = arguments.bytes("data");
  if (bytes.empty() || bytes.size() > max_access_bytes) {
    return generic_error(fmt::format("Parameter 'data' expects 1 to {} bytes", max_access_bytes));
  }
  const Result<Access> access = context.machine.write(arguments.get<std::string>("host"),
                                                      arguments.get<std::uint64_t>("hpa"), bytes);
  if (!access) return access.error();
  return access_reply(*access);
}

Result<json> mailbox(Context& context, const Arguments& arguments) {
  MailboxCommand command;
  command.path = arguments.get<std::string>("path");
  command.head = arguments.get<std::uint8_t>("head", 0);
  command.opcode = arguments.get<std::uint16_t>("opcode");
  if (arguments.has("payload")) command.payload = arguments.bytes("payload");
  const Result<MailboxReply> reply = context.machine.mailbox(command);
  if (!reply) return reply.error();
  return json{{"rc", reply->rc}, {"payload", to_hex(reply->payload)}};
}

Result<RegisterAccess> register_access(const Arguments& arguments) {
  RegisterAccess access;
  access.path = arguments.get<std::string>("path");
  access.offset = arguments.get<std::uint64_t>("offset");
  access.size = arguments.get<std::uint8_t>("size", 4);
  access.value = arguments.get<std::uint64_t>("value", 0);
  const unsigned size = access.size;
  if (size != 1 && size != 2 && size != 4 && size != 8) {
    return generic_error("Parameter 'size' expects 1, 2, 4 or 8");
  }
  if (size < 8 && access.value >> 8 * size != 0) {
    return generic_error(fmt::format("Parameter 'value' expects at most {} bytes", size));
  }
  return access;
}

Result<json> read_register(Context& context, const Arguments& arguments) {
  const Result<RegisterAccess> access = register_access(arguments);
  if (!access) return access.error();
  const Result<std::uint64_t> value = context.machine.read_register(*access);
  if (!value) return value.error();
  return json{{"value", *value}};
}

Result<json> write_register(Context& context, const Arguments& arguments) {
  const Result<RegisterAccess> access = register_access(arguments);
  if (!access) return access.error();
  return empty_reply(context.machine.write_register(*access));
}

Result<json> advance(Context& context, const Arguments& arguments) {
  const auto by_ps = arguments.get<std::uint64_t>("by-ps");
  const timing::Picoseconds now = context.machine.now();
  if (by_ps > max_advance_ps || now + by_ps < now) {
    return generic_error(fmt::format("Parameter 'by-ps' expects at most {}", max_advance_ps));
  }
  context.machine.advance_to(now + by_ps);
  return json{{"time-ps", context.machine.now()}};
}

}  // namespace

std::vector<Command> access_commands() {
  const Member host = required("host", string_type());
  const Member hpa = required("hpa", uint64_type());
  const Member path = required("path", string_type());
  const Member offset = required("offset", uint64_type());
  const Member size = optional("size", uint8_type());
  return {
      {"x-cxlpool-read", {{host, hpa, required("size", size_type())}, {}, {}}, read},
      {"x-cxlpool-write", {{host, hpa, required("data", bytes_type())}, {}, {}}, write},
      {"x-cxlpool-mailbox",
       {{path, required("opcode", uint16_type()), optional("payload", bytes_type()),
         optional("head", uint8_type())},
        {},
        {}},
       mailbox},
      {"x-cxlpool-register-read", {{path, offset, size}, {}, {}}, read_register},
      {"x-cxlpool-register-write",
       {{path, offset, required("value", uint64_type()), size}, {}, {}},
       write_register},
      {"x-cxlpool-advance", {{required("by-ps", uint64_type())}, {}, {}}, advance},
  };
}

}  // namespace cxlpool::qmp
