// SPDX-License-Identifier: Apache-2.0
// Protocol errors that a QMP client injects, as software finds them in the RAS registers and as
// clients are told of them.
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/system/run_program.h"

namespace cxlpool::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const json empty_return{{"return", json::object()}};

struct Spoken {
  std::vector<json> replies;
  std::vector<json> messages;  ///< data of the events about errors
};

Spoken converse(const std::vector<json>& commands,
                const std::string& platform = CXLPOOL_CATALOG "/two-hosts.yaml") {
  const TempDir folder;
  std::string text;
  for (const json& command : commands) text += command.dump() + "\n";
  const Outcome outcome =
      cxlpool({"serve", platform, "--scenario", folder.write("commands.jsonl", text)});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
  Spoken spoken;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    const json reply = json::parse(line);
    if (!reply.contains("event")) spoken.replies.push_back(reply);
    if (reply.value("event", "") == "CXLPOOL_ERROR_MESSAGE") {
      spoken.messages.push_back(reply["data"]);
    }
  }
  EXPECT_EQ(spoken.replies.size(), commands.size());
  return spoken;
}

json qmp_command(const std::string& name, const json& arguments) {
  return {{"execute", name}, {"arguments", arguments}};
}
json uncorrectable(const json& errors, const std::string& path = "/machine/peripheral/mem1") {
  return qmp_command("cxl-inject-uncorrectable-errors", {{"path", path}, {"errors", errors}});
}
json correctable(const std::string& type, const std::string& path = "mem1") {
  return qmp_command("cxl-inject-correctable-error", {{"path", path}, {"type", type}});
}
/// A register of the RAS structure of mem1, which the capability array's first entry points at.
json read_ras(unsigned offset, const std::string& path = "mem1") {
  return qmp_command("x-cxlpool-register-read", {{"path", path}, {"offset", 0x1080 + offset}});
}
json write_ras(unsigned offset, std::uint32_t value) {
  return qmp_command("x-cxlpool-register-write",
                     {{"path", "mem1"}, {"offset", 0x1080 + offset}, {"value", value}});
}

TEST(ServeErrors, SeveralUncorrectableErrorsAreShownInTheirOrder) {
  const json errors = {{{"type", "cache-address-parity"}, {"header", {3, 4}}},
                       {{"type", "cxl-ide-tx"}, {"header", std::vector<int>(32, 9)}}};
  const Spoken spoken =
      converse({qmp_command("x-cxlpool-register-read", {{"path", "mem1"}, {"offset", 0x1004}}),
                uncorrectable(errors), read_ras(0), read_ras(0x14), read_ras(0x18), read_ras(0x1C),
                write_ras(0, 1u << 1), read_ras(0), read_ras(0x14), read_ras(0x54), read_ras(0x58),
                write_ras(0, 1u << 15), read_ras(0)});
  std::vector<std::uint64_t> values;
  for (const std::size_t i : {2u, 3u, 4u, 5u, 7u, 8u, 9u, 10u, 12u}) {
    values.push_back(spoken.replies[i]["return"]["value"]);
  }
  EXPECT_EQ(spoken.replies[0]["return"]["value"], 0x0803'0002u) << "RAS, version 3, at 80h";
  EXPECT_EQ(spoken.replies[1], empty_return);
  EXPECT_THAT(values, ElementsAre(0x8002, 0x201, 3, 4, 0x8000, 0x20F, 9, 0, 0));
  ASSERT_EQ(spoken.messages.size(), 2u);
  EXPECT_EQ(spoken.messages[0], json({{"device", "mem1"},
                                      {"message", "ERR_FATAL"},
                                      {"aer", "uncorrectable-internal"},
                                      {"error", "cache-address-parity"}}));
  EXPECT_EQ(spoken.messages[1]["error"], "cxl-ide-tx");
}

TEST(ServeErrors, MaskAndSeverityDecideWhatTheHostHears) {
  const json internal = {{{"type", "internal"}, {"header", json::array()}}};
  const Spoken spoken = converse(
      {write_ras(0x8, 0), uncorrectable(internal), write_ras(0x4, 1u << 14),
       uncorrectable(internal), write_ras(0x10, 1), correctable("cache-data-ecc"),
       correctable("physical"), read_ras(0xC), qmp_command("x-cxlpool-query", json::object())});
  EXPECT_EQ(spoken.replies[7]["return"]["value"], 0x40);
  ASSERT_EQ(spoken.messages.size(), 2u);
  EXPECT_EQ(spoken.messages[0]["message"], "ERR_NONFATAL");
  EXPECT_EQ(spoken.messages[1], json({{"device", "mem1"},
                                      {"message", "ERR_COR"},
                                      {"aer", "correctable-internal"},
                                      {"error", "physical"}}));
  const json& devices = spoken.replies[8]["return"]["devices"];
  EXPECT_EQ(devices[1]["error-messages"],
            json({{"correctable", 1}, {"non-fatal", 1}, {"fatal", 0}}));
  EXPECT_EQ(devices[0]["error-messages"],
            json({{"correctable", 0}, {"non-fatal", 0}, {"fatal", 0}}));
}

TEST(ServeErrors, ErrorsSurviveASystemReset) {
  const Spoken spoken = converse({correctable("mem-data-ecc"),
                                  {{"execute", "system_reset"}},
                                  read_ras(0xC),
                                  write_ras(0xC, 2),
                                  read_ras(0xC)});
  EXPECT_EQ(spoken.replies[2]["return"]["value"], 2);
  EXPECT_EQ(spoken.replies[4]["return"]["value"], 0);
}

TEST(ServeErrors, WhatIsWrongIsRefusedAndChangesNothing) {
  const json internal = {{"type", "internal"}, {"header", json::array()}};
  const json too_long = {{"type", "internal"}, {"header", std::vector<int>(33, 0)}};
  const Spoken spoken =
      converse({uncorrectable({internal, too_long}), uncorrectable(json::array({internal}), "sw0"),
                uncorrectable({internal, {{"type", "cosmic-ray"}, {"header", json::array()}}}),
                uncorrectable({internal, {{"type", "internal"}}}), correctable("physical", ""),
                correctable("mem-data-parity"), read_ras(0, "nobody"), read_ras(0), read_ras(0xC)});
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(spoken.replies[i]["error"]["class"], "GenericError") << spoken.replies[i];
    texts.push_back(spoken.replies[i]["error"]["desc"]);
  }
  EXPECT_THAT(
      texts,
      ElementsAre("Header must be 32 DWORD or less", "Unable to resolve CXL type 3 device",
                  "Parameter 'errors[1].type' does not accept value 'cosmic-ray'",
                  "Parameter 'errors[1].header' is missing", "Unable to resolve CXL type 3 device",
                  "Parameter 'type' does not accept value 'mem-data-parity'",
                  HasSubstr("'nobody' has no registers: expected a device")));
  EXPECT_EQ(spoken.replies[7]["return"]["value"], 0);
  EXPECT_EQ(spoken.replies[8]["return"]["value"], 0);
  EXPECT_TRUE(spoken.messages.empty());
}

json mailbox_command(const std::string& path, int opcode, const std::string& payload = "") {
  return qmp_command("x-cxlpool-mailbox",
                     {{"path", path}, {"opcode", opcode}, {"payload", payload}});
}

/// Every command that a device detects, records or answers something by.
std::vector<json> all_that_need(const std::string& path) {
  const json internal = {{"type", "internal"}, {"header", json::array()}};
  const json header = {{"path", path}, {"log", "fatal"}, {"flags", 0}, {"type", 0}};
  json media = header, module = header;
  media.update({{"dpa", 0}, {"descriptor", 0}, {"transaction-type", 0}});
  for (const char* key : {"health-status", "media-status", "additional-status", "life-used",
                          "temperature", "dirty-shutdown-count", "corrected-volatile-error-count",
                          "corrected-persistent-error-count"}) {
    module[key] = 0;
  }
  json write{{"path", path}, {"offset", 0x1084}, {"value", 0}};
  return {correctable("physical", path),
          uncorrectable(json::array({internal}), path),
          uncorrectable(json::array(), path),
          qmp_command("cxl-inject-poison", {{"path", path}, {"start", 0}, {"length", 64}}),
          qmp_command("cxl-inject-general-media-event", media),
          qmp_command("cxl-inject-dram-event", media),
          qmp_command("cxl-inject-memory-module-event", module),
          read_ras(0, path),
          qmp_command("x-cxlpool-register-write", write),
          mailbox_command(path, 0x4000)};
}

void expect_no_answer(const json& reply) {
  EXPECT_EQ(reply["error"]["class"], "GenericError") << reply;
  EXPECT_THAT(reply["error"].value("desc", ""),
              HasSubstr("is held in reset or not plugged: it does not answer"));
}

/// By command 5102h of the switch above mem1, which lets go a second later.
TEST(ServeErrors, ADeviceHeldInResetDetectsNothing) {
  std::vector<json> commands = {mailbox_command("left", 0x5102, "0100")};
  const std::vector<json> needy = all_that_need("mem1");
  commands.insert(commands.end(), needy.begin(), needy.end());
  commands.push_back(mailbox_command("left", 0x5102, "0101"));
  commands.push_back(mailbox_command("mem1", 0x0100, "03"));                  // fatal event records
  commands.push_back(mailbox_command("mem1", 0x4300, std::string(32, '0')));  // poison list
  commands.push_back(read_ras(0));
  commands.push_back(correctable("physical", "mem0"));
  const Spoken spoken = converse(commands);
  EXPECT_EQ(spoken.replies[0]["return"]["rc"], 0);
  const std::size_t after = needy.size() + 1;
  for (std::size_t i = 1; i < after; ++i) expect_no_answer(spoken.replies[i]);
  EXPECT_EQ(spoken.replies[after]["return"]["rc"], 0);
  const json& events = spoken.replies[after + 1]["return"];
  EXPECT_EQ(events["rc"], 0) << events;
  EXPECT_EQ(events["payload"].get<std::string>().substr(40, 4), "0000") << "records";
  EXPECT_EQ(spoken.replies[after + 3]["return"]["value"], 0);
  ASSERT_EQ(spoken.messages.size(), 1u);
  EXPECT_EQ(spoken.messages[0]["device"], "mem0");
}

TEST(ServeErrors, ASwitchHeldInResetDoesNotAnswer) {
  const Spoken spoken = converse(
      {mailbox_command("top", 0x5102, "0300"), mailbox_command("left", 0x5100), read_ras(0, "left"),
       mailbox_command("mem0", 0x4000), mailbox_command("right", 0x5100),
       mailbox_command("top", 0x5102, "0301"), mailbox_command("left", 0x5100)});
  EXPECT_EQ(spoken.replies[0]["return"]["rc"], 0);
  for (const std::size_t i : {1u, 2u, 3u}) expect_no_answer(spoken.replies[i]);
  for (const std::size_t i : {4u, 6u}) {
    EXPECT_EQ(spoken.replies[i]["return"]["rc"], 0) << spoken.replies[i];
    EXPECT_NE(spoken.replies[i]["return"]["payload"], "");
  }
}

TEST(ServeErrors, ADeviceThatIsNotPluggedDoesNotAnswer) {
  const TempDir folder;
  const std::string platform =
      folder.write("platform.yaml",
                   "version: 1\n"
                   "hosts:\n"
                   "  - name: h0\n"
                   "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
                   "    bridges: [{name: hb0, root_ports: 1}]\n"
                   "devices: [{name: mem0, at: h0.hb0.rp0, volatile: 256MiB, plugged: false}]\n");
  for (const json& reply : converse(all_that_need("mem0"), platform).replies) {
    expect_no_answer(reply);
  }
}

TEST(ServeErrors, NoErrorsAreNoErrorAndMoreThanTheRecordsHoldAreStillHeard) {
  json errors = json::array();
  for (int i = 0; i < 1000; ++i) errors.push_back({{"type", "internal"}, {"header", {i}}});
  const Spoken spoken =
      converse({uncorrectable(json::array()), uncorrectable(errors), read_ras(0x18)});
  EXPECT_EQ(spoken.replies[0], empty_return);
  EXPECT_EQ(spoken.replies[1], empty_return);
  EXPECT_EQ(spoken.replies[2]["return"]["value"], 0);
  EXPECT_EQ(spoken.messages.size(), 1000u);
}

TEST(ServeErrors, RegistersAtAnyOffsetAndSizeAreAnAnswer) {
  std::vector<json> commands;
  for (const std::uint64_t offset : {0ull, 0x1ull, 0xFFFFull, 0x20010ull, ~0ull, ~0ull - 3}) {
    for (const int size : {1, 2, 4, 8}) {
      const json at{{"path", "mem1"}, {"offset", offset}, {"size", size}};
      commands.push_back(qmp_command("x-cxlpool-register-read", at));
      commands.push_back(qmp_command("x-cxlpool-register-write", at));
      commands.back()["arguments"]["value"] = 0;
    }
  }
  for (const json& reply : converse(commands).replies)
    EXPECT_TRUE(reply.contains("return")) << reply;
}

}  // namespace
}  // namespace cxlpool::testing
