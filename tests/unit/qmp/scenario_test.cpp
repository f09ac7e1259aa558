// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/scenario.h"

#include <sstream>

#include <gtest/gtest.h>

#include "client.h"
#include "platforms/input_error.h"

namespace cxlpool::qmp::test {
namespace {

using nlohmann::json;

std::string refused(const std::string& text) {
  try {
    Scenario::parse(text, "s.jsonl");
  } catch (const platforms::InputError& error) {
    return error.what();
  }
  return "";
}

constexpr const char* two_tags =
    R"({"execute":"object-add","arguments":{"qom-type":"memory-backend-tagged","id":"tm0","size":1073741824,"tag":"5be13bce-ae34-4a77-b6c3-16df975fcf1a"}}
{"execute":"cxl-add-dynamic-capacity","arguments":{"path":"/machine/peripheral/cxl-vmem0","host-id":0,"selection-policy":"prescriptive","region":0,"tag":"5be13bce-ae34-4a77-b6c3-16df975fcf1a","extents":[{"offset":0,"len":1073741824}]}}
{"execute":"cxl-release-dynamic-capacity","arguments":{"path":"/machine/peripheral/cxl-vmem0","host-id":0,"removal-policy":"tag-based","tag":"5be13bce-ae34-4a77-b6c3-16df975fcf1a","region":0,"extents":[{"offset":0,"len":1073741824}]}}
{"execute":"cxl-release-dynamic-capacity-status","arguments":{"path":"/machine/peripheral/cxl-vmem0","host-id":0,"tag":"5be13bce-ae34-4a77-b6c3-16df975fcf1a","region":0}})";

TEST(Scenario, GivesWhatUsersOfTaggedCapacitySendAndWritesTheAnswers) {
  FakeMachine machine;
  std::ostringstream replies;
  const Scenario::Outcome outcome = Scenario::parse(two_tags, "").run(machine, replies);
  EXPECT_EQ(replies.str(),
            "{\"return\":{}}\n{\"return\":{}}\n{\"return\":{}}\n"
            "{\"return\":{\"status\":\"not-found\"}}\n");
  EXPECT_EQ(outcome.commands, 4u);
  EXPECT_EQ(outcome.errors, 0u);
  EXPECT_EQ(machine.capacity_released.at(0).removal_policy, RemovalPolicy::tag_based);
}

TEST(Scenario, GivesEachCommandAtItsTime) {
  FakeMachine machine;
  std::ostringstream replies;
  Scenario::parse(
      "{\"at\": \"25ns\", \"execute\": \"system_reset\"}\n\n \r\n"
      "{\"execute\": \"system_reset\"}\r\n"
      "{\"execute\": \"system_reset\", \"at\": \"1.5us\"}",
      "")
      .run(machine, replies);
  EXPECT_EQ(machine.resets, (std::vector<timing::Picoseconds>{25'000, 25'000, 1'500'000}));
}

TEST(Scenario, TheSameBytesEveryTime) {
  std::string first;
  for (int i = 0; i < 3; ++i) {
    FakeMachine machine;
    machine.changes_of_time = {{CapacityChange::Kind::offered, "mem0", 0, 0, 0, 1, ""}};
    std::ostringstream replies;
    Scenario::parse("{\"at\": \"2s\", \"execute\": \"query-status\", \"id\": 7}\n", "")
        .run(machine, replies);
    if (i == 0) first = replies.str();
    EXPECT_EQ(replies.str(), first);
  }
  const auto lines = lines_of(first);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("event"), "CXLPOOL_CAPACITY_OFFERED");
  EXPECT_EQ(lines[0].at("timestamp").at("seconds"), 2);
  EXPECT_EQ(lines[1].at("id"), 7);
}

TEST(Scenario, ErrorsOfCommandsAreAnswers) {
  FakeMachine machine;
  std::ostringstream replies;
  const auto outcome =
      Scenario::parse("{\"execute\": \"nonsense\"}\n{\"execute\": \"query-status\"}", "")
          .run(machine, replies);
  EXPECT_EQ(outcome.commands, 2u);
  EXPECT_EQ(outcome.errors, 1u);
}

TEST(Scenario, MayNegotiateForItself) {
  FakeMachine machine;
  std::ostringstream replies;
  Scenario::parse("{\"execute\": \"qmp_capabilities\"}\n{\"execute\": \"query-memdev\"}", "")
      .run(machine, replies);
  EXPECT_EQ(replies.str(), "{\"return\":{}}\n{\"return\":[]}\n");
}

TEST(Scenario, EndsWithQuit) {
  FakeMachine machine;
  std::ostringstream replies;
  const auto outcome =
      Scenario::parse("{\"execute\": \"quit\"}\n{\"execute\": \"system_reset\"}", "")
          .run(machine, replies);
  EXPECT_TRUE(outcome.quit);
  EXPECT_EQ(outcome.commands, 1u);
  EXPECT_TRUE(machine.resets.empty());
  EXPECT_EQ(lines_of(replies.str()).back().at("event"), "SHUTDOWN");
}

TEST(Scenario, AnEmptyFileHasNoCommands) {
  for (const char* text : {"", "\n", " \n\n"}) {
    FakeMachine machine;
    std::ostringstream replies;
    EXPECT_EQ(Scenario::parse(text, "").run(machine, replies).commands, 0u);
    EXPECT_EQ(replies.str(), "");
  }
}

TEST(Scenario, ALineThatIsNoCommandIsNamed) {
  const std::string good = "{\"execute\": \"quit\"}\n";
  for (const std::string& bad :
       {std::string("garbage"), std::string("garbage "), std::string("{\"execute\": \"quit\""),
        std::string("[]"), std::string("{}"), std::string("{\"execute\": 1}"),
        std::string("{\"execute\": \"a\"} x"), std::string("{\"execute\": \"a\"}{}"),
        std::string("{\"execute\": \"a\", \"execute\": \"b\"}"), std::string("\0", 1),
        std::string("\xFF"), "{\"execute\": \"" + std::string(2 << 20, 'a') + "\"}",
        std::string(100, '['), std::string("{\"execute\": \"a\", \"at\": 25}"),
        std::string("{\"execute\": \"a\", \"at\": \"25\"}"),
        std::string("{\"execute\": \"a\", \"at\": \"-1ns\"}")}) {
    const std::string what = refused(good + "\n" + bad + "\n" + good);
    EXPECT_EQ(what.find("s.jsonl:3:1: "), 0u) << bad.substr(0, 80) << " gave " << what;
    EXPECT_LT(what.size(), 400u);
  }
  EXPECT_EQ(refused(good), "");
}

TEST(Scenario, TimesDoNotDecrease) {
  EXPECT_EQ(refused("{\"execute\": \"a\", \"at\": \"2ns\"}\n{\"execute\": \"a\"}\n"
                    "{\"execute\": \"a\", \"at\": \"1ns\"}"),
            "s.jsonl:3:1: at: expected 2ns or later, as the line before");
}

TEST(Scenario, CutAtAnyByteItIsAnInputErrorOrShorter) {
  const std::string text = two_tags;
  for (std::size_t bytes = 0; bytes < text.size(); ++bytes) {
    try {
      EXPECT_LE(Scenario::parse(text.substr(0, bytes), "").steps().size(), 4u);
    } catch (const platforms::InputError&) {
    }
  }
}

TEST(Scenario, AFileThatCannotBeReadIsAnInputError) {
  for (const char* file : {"/no/such/file.jsonl", "/"}) {
    EXPECT_THROW(Scenario::read(file), platforms::InputError) << file;
  }
}

}  // namespace
}  // namespace cxlpool::qmp::test
