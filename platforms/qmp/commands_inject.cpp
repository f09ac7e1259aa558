// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/commands.h"

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

template <typename Errors>
ValueType error_type(const char* type, const Errors& errors) {
  std::vector<std::string> names;
  for (const auto error : errors) names.push_back(address::name(error));
  return enum_type(type, std::move(names));
}

ValueType uncorrectable_type() {
  return error_type("CxlUncorErrorType", address::uncorrectable_errors);
}

ValueType correctable_type() { return error_type("CxlCorErrorType", address::correctable_errors); }

Result<json> poison(Context& context, const Arguments& arguments) {
  return empty_reply(context.machine.inject_poison({arguments.get<std::string>("path"),
                                                    arguments.get<std::uint64_t>("start"),
                                                    arguments.get<std::uint64_t>("length")}));
}

Result<json> uncorrectable(Context& context, const Arguments& arguments) {
  InjectUncorrectableErrors request;
  request.path = arguments.get<std::string>("path");
  const ValueType types = uncorrectable_type();
  for (const json& error : arguments.at("errors")) {
    if (error.at("header").size() > max_header_dwords) {
      return generic_error("Header must be 32 DWORD or less");
    }
    request.errors.push_back({address::uncorrectable_errors.at(index_in(types, error.at("type"))),
                              error.at("header").get<std::vector<std::uint32_t>>()});
  }
  return empty_reply(context.machine.inject_uncorrectable_errors(request));
}

Result<json> correctable(Context& context, const Arguments& arguments) {
  return empty_reply(context.machine.inject_correctable_error(
      {arguments.get<std::string>("path"),
       address::correctable_errors.at(arguments.index_of("type"))}));
}

EventHeader header_of(const Arguments& arguments) {
  EventHeader header;
  header.path = arguments.get<std::string>("path");
  header.log = static_cast<EventLog>(arguments.index_of("log"));
  header.flags = arguments.get<std::uint32_t>("flags");
  header.maint_op_class = arguments.find<std::uint8_t>("maint-op-class");
  header.maint_op_subclass = arguments.find<std::uint8_t>("maint-op-subclass");
  header.ld_id = arguments.find<std::uint16_t>("ld-id");
  header.head_id = arguments.find<std::uint8_t>("head-id");
  return header;
}

/// What general media and DRAM events have in common.
template <class Event>
Event media_event(const Arguments& arguments) {
  Event event;
  event.header = header_of(arguments);
  event.dpa = arguments.get<std::uint64_t>("dpa");
  event.descriptor = arguments.get<std::uint8_t>("descriptor");
  event.type = arguments.get<std::uint8_t>("type");
  event.transaction_type = arguments.get<std::uint8_t>("transaction-type");
  event.channel = arguments.find<std::uint8_t>("channel");
  event.rank = arguments.find<std::uint8_t>("rank");
  event.component_id = arguments.find<std::string>("component-id");
  event.is_comp_id_pldm = arguments.get("is-comp-id-pldm", false);
  event.cme_ev_flags = arguments.get<std::uint8_t>("cme-ev-flags", 0);
  event.sub_type = arguments.get<std::uint8_t>("sub-type", 0);
  return event;
}

Result<json> general_media(Context& context, const Arguments& arguments) {
  auto event = media_event<GeneralMediaEvent>(arguments);
  event.device = arguments.find<std::uint32_t>("device");
  event.cme_count = arguments.get<std::uint32_t>("cme-count", 0);
  return empty_reply(context.machine.inject_general_media_event(event));
}

Result<json> dram(Context& context, const Arguments& arguments) {
  auto event = media_event<DramEvent>(arguments);
  event.nibble_mask = arguments.find<std::uint32_t>("nibble-mask");
  event.bank_group = arguments.find<std::uint8_t>("bank-group");
  event.bank = arguments.find<std::uint8_t>("bank");
  event.row = arguments.find<std::uint32_t>("row");
  event.column = arguments.find<std::uint16_t>("column");
  event.correction_mask = arguments.find<std::vector<std::uint64_t>>("correction-mask");
  event.sub_channel = arguments.find<std::uint8_t>("sub-channel");
  event.cvme_count = arguments.get<std::uint32_t>("cvme-count", 0);
  if (event.correction_mask && event.correction_mask->size() > 4) {
    return generic_error("Parameter 'correction-mask' expects at most 4 elements");
  }
  return empty_reply(context.machine.inject_dram_event(event));
}

Result<json> memory_module(Context& context, const Arguments& arguments) {
  MemoryModuleEvent event;
  event.header = header_of(arguments);
  event.type = arguments.get<std::uint8_t>("type");
  event.health_status = arguments.get<std::uint8_t>("health-status");
  event.media_status = arguments.get<std::uint8_t>("media-status");
  event.additional_status = arguments.get<std::uint8_t>("additional-status");
  event.life_used = arguments.get<std::uint8_t>("life-used");
  event.temperature = arguments.get<std::int16_t>("temperature");
  event.dirty_shutdown_count = arguments.get<std::uint32_t>("dirty-shutdown-count");
  event.corrected_volatile_error_count =
      arguments.get<std::uint32_t>("corrected-volatile-error-count");
  event.corrected_persistent_error_count =
      arguments.get<std::uint32_t>("corrected-persistent-error-count");
  event.component_id = arguments.find<std::string>("component-id");
  event.is_comp_id_pldm = arguments.get("is-comp-id-pldm", false);
  event.sub_type = arguments.get<std::uint8_t>("sub-type", 0);
  return empty_reply(context.machine.inject_memory_module_event(event));
}

/// `own` between what every event starts with and what CXL 3.2 added to every event. QEMU has the
/// latter since 11.0; here all of it may be left out, so that clients of either are understood.
Signature event_signature(const std::vector<Member>& own) {
  Signature signature;
  std::vector<Member>& all = signature.members;
  all = {
      required("path", string_type()),
      required("log", enum_type("CxlEventLog", {"informational", "warning", "failure", "fatal"})),
      required("flags", uint32_type()),
      optional("maint-op-class", uint8_type()),
      optional("maint-op-subclass", uint8_type()),
      optional("ld-id", uint16_type()),
      optional("head-id", uint8_type())};
  all.insert(all.end(), own.begin(), own.end());
  all.push_back(optional("component-id", string_type()));
  all.push_back(optional("is-comp-id-pldm", boolean_type()));
  all.push_back(optional("sub-type", uint8_type()));
  return signature;
}

Signature media_signature(std::vector<Member> own) {
  std::vector<Member> all = {
      required("dpa", uint64_type()),    required("descriptor", uint8_type()),
      required("type", uint8_type()),    required("transaction-type", uint8_type()),
      optional("channel", uint8_type()), optional("rank", uint8_type())};
  all.insert(all.end(), own.begin(), own.end());
  all.push_back(optional("cme-ev-flags", uint8_type()));
  return event_signature(all);
}

Signature dram_signature() {
  return media_signature(
      {optional("nibble-mask", uint32_type()), optional("bank-group", uint8_type()),
       optional("bank", uint8_type()), optional("row", uint32_type()),
       optional("column", uint16_type()), optional("correction-mask", array_type(uint64_type())),
       optional("sub-channel", uint8_type()), optional("cvme-count", uint32_type())});
}

Signature module_signature() {
  return event_signature(
      {required("type", uint8_type()), required("health-status", uint8_type()),
       required("media-status", uint8_type()), required("additional-status", uint8_type()),
       required("life-used", uint8_type()), required("temperature", int16_type()),
       required("dirty-shutdown-count", uint32_type()),
       required("corrected-volatile-error-count", uint32_type()),
       required("corrected-persistent-error-count", uint32_type())});
}

}  // namespace

std::vector<Command> inject_commands() {
  const Member path = required("path", string_type());
  const ValueType record = object_type(
      "CXLUncorErrorRecord",
      {required("type", uncorrectable_type()), required("header", array_type(uint32_type()))});
  return {
      {"cxl-inject-general-media-event",
       media_signature({optional("device", uint32_type()), optional("cme-count", uint32_type())}),
       general_media},
      {"cxl-inject-dram-event", dram_signature(), dram},
      {"cxl-inject-memory-module-event", module_signature(), memory_module},
      {"cxl-inject-poison",
       {{path, required("start", uint64_type()), required("length", size_type())}, {}, {}},
       poison},
      {"cxl-inject-uncorrectable-errors",
       {{path, required("errors", array_type(record))}, {}, {}},
       uncorrectable},
      {"cxl-inject-correctable-error",
       {{path, required("type", correctable_type())}, {}, {}},
       correctable},
  };
}

}  // namespace cxlpool::qmp
