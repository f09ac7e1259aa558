// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "client.h"

namespace cxlpool::qmp::test {
namespace {

using nlohmann::json;

json media_arguments() {
  return {{"path", "mem0"},  {"log", "fatal"}, {"flags", 3},           {"dpa", 0x1003},
          {"descriptor", 3}, {"type", 1},      {"transaction-type", 4}};
}

TEST(InjectPoison, CarriesItsRange) {
  Client client;
  EXPECT_EQ(
      client.execute("cxl-inject-poison", {{"path", "mem0"}, {"start", 2048}, {"length", 256}}),
      empty_return());
  EXPECT_EQ(client.machine.poison.at(0).path, "mem0");
  EXPECT_EQ(client.machine.poison.at(0).start, 2048u);
  EXPECT_EQ(client.machine.poison.at(0).length, 256u);
  EXPECT_EQ(client.error("cxl-inject-poison", {{"path", "mem0"}, {"start", 0}}),
            "Parameter 'length' is missing");
}

TEST(InjectUncorrectableErrors, NamesStandForTheBitsOfTheRegister) {
  Client client;
  const json header = json::array({1, 2, 4294967295});
  EXPECT_EQ(client.execute("cxl-inject-uncorrectable-errors",
                           {{"path", "mem0"},
                            {"errors",
                             {{{"type", "cache-data-parity"}, {"header", header}},
                              {{"type", "receiver-overflow"}, {"header", json::array()}},
                              {{"type", "internal"}, {"header", json::array()}},
                              {{"type", "cxl-ide-rx"}, {"header", json::array()}}}}}),
            empty_return());
  const auto& errors = client.machine.uncorrectable.at(0).errors;
  ASSERT_EQ(errors.size(), 4u);
  EXPECT_EQ(errors[0].type, UncorrectableError::cache_data_parity);
  EXPECT_EQ(errors[0].header, (std::vector<std::uint32_t>{1, 2, 0xFFFFFFFF}));
  EXPECT_EQ(errors[1].type, UncorrectableError::receiver_overflow);
  EXPECT_EQ(errors[2].type, UncorrectableError::internal);
  EXPECT_EQ(errors[3].type, UncorrectableError::cxl_ide_rx);
}

TEST(InjectUncorrectableErrors, ErrorsAreNamedByTheirPlaceInTheList) {
  Client client;
  EXPECT_EQ(
      client.error("cxl-inject-uncorrectable-errors",
                   {{"path", "mem0"}, {"errors", {{{"type", "internal"}, {"header", {1, -1}}}}}}),
      "Parameter 'errors[0].header[1]' expects uint32_t");
  EXPECT_EQ(
      client.error("cxl-inject-uncorrectable-errors",
                   {{"path", "mem0"}, {"errors", {{{"type", "bad"}, {"header", json::array()}}}}}),
      "Parameter 'errors[0].type' does not accept value 'bad'");
}

TEST(InjectUncorrectableErrors, EveryNameStandsForItsBit) {
  Client client;
  std::size_t asked = 0;
  for (const auto& [type, bit] :
       std::vector<std::pair<const char*, int>>{{"cache-data-parity", 0},
                                                {"cache-address-parity", 1},
                                                {"cache-be-parity", 2},
                                                {"cache-data-ecc", 3},
                                                {"mem-data-parity", 4},
                                                {"mem-address-parity", 5},
                                                {"mem-be-parity", 6},
                                                {"mem-data-ecc", 7},
                                                {"reinit-threshold", 8},
                                                {"rsvd-encoding", 9},
                                                {"poison-received", 10},
                                                {"receiver-overflow", 11},
                                                {"internal", 14},
                                                {"cxl-ide-tx", 15},
                                                {"cxl-ide-rx", 16}}) {
    client.execute("cxl-inject-uncorrectable-errors",
                   {{"path", "mem0"}, {"errors", {{{"type", type}, {"header", json::array()}}}}});
    EXPECT_EQ(static_cast<int>(client.machine.uncorrectable.at(asked++).errors.at(0).type), bit)
        << type;
  }
}

TEST(InjectUncorrectableErrors, AHeaderHasAtMost32DwordsAndOneTooLongStopsThemAll) {
  Client client;
  const auto errors = [](std::size_t dwords) {
    return json{{"path", "mem0"},
                {"errors",
                 {{{"type", "internal"}, {"header", json::array()}},
                  {{"type", "internal"}, {"header", std::vector<std::uint32_t>(dwords, 5)}}}}};
  };
  EXPECT_EQ(client.error("cxl-inject-uncorrectable-errors", errors(33)),
            "Header must be 32 DWORD or less");
  EXPECT_TRUE(client.machine.uncorrectable.empty());
  EXPECT_EQ(client.execute("cxl-inject-uncorrectable-errors", errors(32)), empty_return());
}

TEST(InjectCorrectableError, NamesStandForTheBitsOfTheRegister) {
  Client client;
  for (const char* type : {"cache-data-ecc", "mem-data-ecc", "crc-threshold", "retry-threshold",
                           "cache-poison-received", "mem-poison-received", "physical"}) {
    EXPECT_EQ(client.execute("cxl-inject-correctable-error", {{"path", "mem0"}, {"type", type}}),
              empty_return());
  }
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(client.machine.correctable.at(i).type, static_cast<CorrectableError>(i));
  }
}

TEST(InjectGeneralMediaEvent, TheArgumentsOfEarlierQemuSuffice) {
  Client client;
  EXPECT_EQ(client.execute("cxl-inject-general-media-event", media_arguments()), empty_return());
  const GeneralMediaEvent& event = client.machine.general_media.at(0);
  EXPECT_EQ(event.header.log, EventLog::fatal);
  EXPECT_EQ(event.header.flags, 3u);
  EXPECT_EQ(event.dpa, 0x1003u);
  EXPECT_EQ(event.transaction_type, 4);
  EXPECT_FALSE(event.channel || event.rank || event.device || event.component_id);
  EXPECT_FALSE(event.header.maint_op_class || event.header.ld_id || event.header.head_id);
}

TEST(InjectGeneralMediaEvent, CarriesEverything) {
  Client client;
  json arguments = media_arguments();
  arguments.update({{"channel", 1},
                    {"rank", 2},
                    {"device", 0x123456},
                    {"component-id", "dimm"},
                    {"is-comp-id-pldm", true},
                    {"cme-ev-flags", 1},
                    {"cme-count", 9},
                    {"sub-type", 2},
                    {"maint-op-class", 3},
                    {"maint-op-subclass", 4},
                    {"ld-id", 500},
                    {"head-id", 5}});
  EXPECT_EQ(client.execute("cxl-inject-general-media-event", arguments), empty_return());
  const GeneralMediaEvent& event = client.machine.general_media.at(0);
  EXPECT_EQ(event.channel, 1);
  EXPECT_EQ(event.rank, 2);
  EXPECT_EQ(event.device, 0x123456u);
  EXPECT_EQ(event.component_id, "dimm");
  EXPECT_TRUE(event.is_comp_id_pldm);
  EXPECT_EQ(event.cme_ev_flags, 1);
  EXPECT_EQ(event.cme_count, 9u);
  EXPECT_EQ(event.sub_type, 2);
  EXPECT_EQ(event.header.maint_op_class, 3);
  EXPECT_EQ(event.header.maint_op_subclass, 4);
  EXPECT_EQ(event.header.ld_id, 500);
  EXPECT_EQ(event.header.head_id, 5);
}

TEST(InjectGeneralMediaEvent, EveryRequiredArgumentIsRequired) {
  Client client;
  const json required = media_arguments();
  for (const auto& item : required.items()) {
    json arguments = media_arguments();
    arguments.erase(item.key());
    EXPECT_EQ(client.error("cxl-inject-general-media-event", arguments),
              "Parameter '" + item.key() + "' is missing");
  }
  json arguments = media_arguments();
  arguments["log"] = "dynamic-capacity";
  EXPECT_EQ(client.error("cxl-inject-general-media-event", arguments),
            "Parameter 'log' does not accept value 'dynamic-capacity'");
}

TEST(InjectDramEvent, CarriesEverything) {
  Client client;
  json arguments = media_arguments();
  arguments.update({{"channel", 1},
                    {"rank", 2},
                    {"nibble-mask", 0xABCDEF},
                    {"bank-group", 3},
                    {"bank", 4},
                    {"row", 70000},
                    {"column", 600},
                    {"correction-mask", {1, 2, 3, 18446744073709551615u}},
                    {"sub-channel", 1},
                    {"cvme-count", 8}});
  EXPECT_EQ(client.execute("cxl-inject-dram-event", arguments), empty_return());
  const DramEvent& event = client.machine.dram.at(0);
  EXPECT_EQ(event.nibble_mask, 0xABCDEFu);
  EXPECT_EQ(event.bank_group, 3);
  EXPECT_EQ(event.bank, 4);
  EXPECT_EQ(event.row, 70000u);
  EXPECT_EQ(event.column, 600);
  EXPECT_EQ(event.correction_mask, (std::vector<std::uint64_t>{1, 2, 3, ~std::uint64_t{0}}));
  EXPECT_EQ(event.sub_channel, 1);
  EXPECT_EQ(event.cvme_count, 8u);
}

TEST(InjectDramEvent, TheRecordHasRoomForFourCorrectionMasks) {
  Client client;
  json arguments = media_arguments();
  arguments["correction-mask"] = {1, 2, 3, 4, 5};
  EXPECT_EQ(client.error("cxl-inject-dram-event", arguments),
            "Parameter 'correction-mask' expects at most 4 elements");
  EXPECT_TRUE(client.machine.dram.empty());
}

TEST(InjectMemoryModuleEvent, CarriesTheHealthOfTheDevice) {
  Client client;
  const json arguments = {{"path", "mem0"},
                          {"log", "informational"},
                          {"flags", 1},
                          {"type", 3},
                          {"health-status", 1},
                          {"media-status", 2},
                          {"additional-status", 4},
                          {"life-used", 50},
                          {"temperature", -40},
                          {"dirty-shutdown-count", 5},
                          {"corrected-volatile-error-count", 6},
                          {"corrected-persistent-error-count", 7}};
  EXPECT_EQ(client.execute("cxl-inject-memory-module-event", arguments), empty_return());
  const MemoryModuleEvent& event = client.machine.memory_module.at(0);
  EXPECT_EQ(event.header.log, EventLog::informational);
  EXPECT_EQ(event.type, 3);
  EXPECT_EQ(event.health_status, 1);
  EXPECT_EQ(event.media_status, 2);
  EXPECT_EQ(event.additional_status, 4);
  EXPECT_EQ(event.life_used, 50);
  EXPECT_EQ(event.temperature, -40);
  EXPECT_EQ(event.dirty_shutdown_count, 5u);
  EXPECT_EQ(event.corrected_volatile_error_count, 6u);
  EXPECT_EQ(event.corrected_persistent_error_count, 7u);
  for (const auto& item : arguments.items()) {
    json fewer = arguments;
    fewer.erase(item.key());
    EXPECT_EQ(client.error("cxl-inject-memory-module-event", fewer),
              "Parameter '" + item.key() + "' is missing");
  }
}

}  // namespace
}  // namespace cxlpool::qmp::test
