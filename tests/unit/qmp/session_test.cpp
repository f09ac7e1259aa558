// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/session.h"

#include <gtest/gtest.h>

#include "client.h"

namespace cxlpool::qmp::test {
namespace {

using nlohmann::json;

json error(const char* error_class, const std::string& desc) {
  return {{"error", {{"class", error_class}, {"desc", desc}}}};
}

TEST(Session, BeginsWithTheGreeting) {
  FakeMachine machine;
  Monitor monitor(machine);
  Session session(monitor);
  const std::string greeting = session.take_output();
  EXPECT_EQ(greeting.substr(greeting.size() - 2), "\r\n");
  const json qmp = json::parse(greeting).at("QMP");
  EXPECT_TRUE(qmp.at("version").at("qemu").at("major").is_number_unsigned());
  EXPECT_EQ(qmp.at("capabilities"), json::array());
}

TEST(Session, KnowsNothingButCapabilitiesUntilTheyAreNegotiated) {
  FakeMachine machine;
  Monitor monitor(machine);
  Session session(monitor);
  session.take_output();
  session.receive(R"({"execute": "query-status"}{"execute": "nonsense"})");
  const json expecting =
      error("CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'");
  EXPECT_EQ(lines_of(session.take_output()), (std::vector<json>{expecting, expecting}));
  EXPECT_FALSE(session.in_command_mode());
  session.receive(R"({"execute": "qmp_capabilities", "arguments": {"enable": []}})");
  EXPECT_EQ(lines_of(session.take_output()), std::vector<json>{empty_return()});
  EXPECT_TRUE(session.in_command_mode());
}

TEST(Session, RefusesCapabilitiesThatItDoesNotHave) {
  FakeMachine machine;
  Monitor monitor(machine);
  Session session(monitor);
  session.take_output();
  session.receive(R"({"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}})");
  EXPECT_EQ(lines_of(session.take_output()),
            std::vector<json>{error("GenericError", "Capability oob not available")});
  EXPECT_FALSE(session.in_command_mode());
}

TEST(Session, NegotiatesOnce) {
  Client client;
  EXPECT_EQ(
      client.execute("qmp_capabilities"),
      error("CommandNotFound", "Capabilities negotiation is already complete, command ignored"));
}

TEST(Session, AnUnknownCommandIsNotFound) {
  Client client;
  EXPECT_EQ(client.execute("query-cpus"),
            error("CommandNotFound", "The command query-cpus has not been found"));
}

TEST(Session, TheIdComesBackWhateverItIs) {
  Client client;
  for (const char* id : {"1", "\"a\"", "null", "[1,{\"b\":2}]", "18446744073709551615"}) {
    const std::string with_id = std::string(", \"id\": ") + id + "}";
    EXPECT_EQ(client.ask("{\"execute\": \"query-status\"" + with_id).at("id"), json::parse(id));
    EXPECT_EQ(client.ask("{\"execute\": \"nonsense\"" + with_id).at("id"), json::parse(id));
    EXPECT_EQ(client.ask("{\"exec\": 1" + with_id).at("id"), json::parse(id));
  }
  EXPECT_FALSE(client.ask(R"({"execute": "query-status"})").contains("id"));
}

TEST(Session, ARequestThatIsNoneSaysWhatIsWrong) {
  Client client;
  const std::vector<std::pair<std::string, std::string>> requests = {
      {"[]", "QMP input must be a JSON object"},
      {"3 ", "QMP input must be a JSON object"},
      {"{}", "QMP input lacks member 'execute'"},
      {R"({"execute": 1})", "QMP input member 'execute' must be a string"},
      {R"({"execute": "quit", "arguments": []})", "QMP input member 'arguments' must be an object"},
      {R"({"execute": "quit", "x": 1})", "QMP input member 'x' is unexpected"},
      {R"({"exec-oob": "quit"})", "QMP input member 'exec-oob' is unexpected"},
  };
  for (const auto& [request, desc] : requests) {
    EXPECT_EQ(client.ask(request), error("GenericError", desc)) << request;
  }
  EXPECT_FALSE(client.monitor.quitting());
}

TEST(Session, WhatIsNotJsonIsAnErrorAndTheNextCommandIsCarriedOut) {
  Client client;
  for (const std::string& bad :
       {std::string("garbage\n"), std::string("{\"execute\" \"quit\"}"), std::string("{]"),
        std::string("{\"a\": 1e999}"), std::string("{\"a\": \"\xC3\x28\"}"),
        std::string("{\"a\": \"\\ud800\"}"), std::string("{\"a\": 1, \"a\": 2}"),
        std::string("\0\n", 2), std::string("{'execute': 1}"), std::string("{\"a\": \xFF"),
        std::string("{\"execute\": \"quit\"\n,}"), std::string("{\"a\": 01}")}) {
    client.send(bad);
    client.send(R"({"execute": "query-status"})");
    const auto lines = client.take();
    ASSERT_EQ(lines.size(), 2u) << bad;
    EXPECT_EQ(lines[0].at("error").at("class"), "GenericError") << bad;
    EXPECT_EQ(lines[0].at("error").at("desc").get<std::string>().find("JSON parse error, "), 0u)
        << lines[0];
    EXPECT_TRUE(lines[1].contains("return")) << bad;
  }
  EXPECT_FALSE(client.session.closed());
}

TEST(Session, ADuplicateKeyIsNamedAsSuchAtAnyDepth) {
  Client client;
  EXPECT_EQ(client.ask(R"({"execute": "x", "arguments": {"a": {"k": 1, "k": 1}}})"),
            error("GenericError", "JSON parse error, duplicate key"));
  EXPECT_EQ(
      client.ask(R"({"id": [{"k": 1}, {"k": 1}], "execute": "query-memdev"})").count("return"), 1u);
}

TEST(Session, AValueOverTheLimitsEndsTheSession) {
  for (const std::string& start : {std::string("{\"execute\": \""), std::string(65, '[')}) {
    Client client;
    client.send(start + std::string(Splitter::max_value_bytes, 'x'));
    EXPECT_TRUE(client.session.closed());
    const auto lines = client.take();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].at("error").at("class"), "GenericError");
    client.send(R"({"execute": "query-status"})");
    EXPECT_EQ(client.session.output_size(), 0u);
  }
}

TEST(Session, SeveralCommandsInOnePieceAreAnsweredInOrder) {
  Client client;
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += json{{"execute", "query-status"}, {"id", i}}.dump() + (i % 2 != 0 ? "\n" : "");
  }
  client.send(text);
  const auto lines = client.take();
  ASSERT_EQ(lines.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(lines[static_cast<std::size_t>(i)].at("id"), i);
}

TEST(Session, QuitIsAnsweredThenAnnouncedThenNothingIsCarriedOut) {
  Client client;
  client.send(R"({"execute": "quit"}{"execute": "object-del", "arguments": {"id": "a"}})");
  const auto lines = client.take();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], empty_return());
  EXPECT_EQ(lines[1].at("event"), "SHUTDOWN");
  EXPECT_EQ(lines[1].at("data"), json({{"guest", false}, {"reason", "host-qmp-quit"}}));
  EXPECT_TRUE(client.monitor.quitting());
  EXPECT_TRUE(client.machine.deleted.empty());
}

TEST(Session, EventsGoToAllSessionsThatHaveNegotiated) {
  Client client;
  Session negotiating(client.monitor);
  Session other(client.monitor);
  other.receive(R"({"execute": "qmp_capabilities"})");
  negotiating.take_output();
  other.take_output();
  client.machine.advance_to(3'000'002'500'000);
  client.machine.changes = {
      {CapacityChange::Kind::accepted, "mem0", 0, 1, 0x10000000, 0x200000, "tag"}};
  client.monitor.publish_changes();
  EXPECT_EQ(negotiating.output_size(), 0u);
  const json event = {{"event", "CXLPOOL_CAPACITY_ACCEPTED"},
                      {"data",
                       {{"device", "mem0"},
                        {"host-id", 0},
                        {"region", 1},
                        {"dpa", 0x10000000},
                        {"len", 0x200000},
                        {"tag", "tag"}}},
                      {"timestamp", {{"seconds", 3}, {"microseconds", 2}}}};
  EXPECT_EQ(client.take(), std::vector<json>{event});
  EXPECT_EQ(lines_of(other.take_output()), std::vector<json>{event});
}

TEST(Session, WhatACommandCausedIsAnnouncedAfterItsAnswer) {
  Client client;
  client.machine.changes = {{CapacityChange::Kind::offered, "mem0", 0, 0, 0, 1, ""}};
  client.send(R"({"execute": "system_reset"})");
  const auto lines = client.take();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], empty_return());
  EXPECT_EQ(lines[1].at("event"), "CXLPOOL_CAPACITY_OFFERED");
  EXPECT_FALSE(lines[1].at("data").contains("tag"));
  EXPECT_EQ(lines[2].at("event"), "RESET");
}

TEST(Session, ErrorMessagesAreAnnouncedInTheirOrder) {
  Client client;
  client.machine.reports = {{"mem0", address::ErrorMessage::fatal, "mem-data-ecc"},
                            {"mem1", address::ErrorMessage::correctable, "physical"},
                            {"mem0", address::ErrorMessage::non_fatal, "internal"}};
  client.send(R"({"execute": "query-status"})");
  const auto lines = client.take();
  ASSERT_EQ(lines.size(), 4u);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(lines[i].at("event"), "CXLPOOL_ERROR_MESSAGE");
  EXPECT_EQ(lines[1].at("data"), json({{"device", "mem0"},
                                       {"message", "ERR_FATAL"},
                                       {"aer", "uncorrectable-internal"},
                                       {"error", "mem-data-ecc"}}));
  EXPECT_EQ(lines[2].at("data"), json({{"device", "mem1"},
                                       {"message", "ERR_COR"},
                                       {"aer", "correctable-internal"},
                                       {"error", "physical"}}));
  EXPECT_EQ(lines[3].at("data").at("message"), "ERR_NONFATAL");
}

TEST(Session, AClientThatDoesNotReadWaitsAndLosesNothing) {
  Client client;
  const std::string command = json{{"execute", "x-cxlpool-read"},
                                   {"arguments", {{"host", "h"}, {"hpa", 0}, {"size", 256 << 10}}}}
                                  .dump();
  std::string text;
  for (int i = 0; i < 100; ++i) text += command;
  client.send(text);
  std::size_t answers = 0;
  EXPECT_TRUE(client.session.paused());
  while (client.session.output_size() > 0) {
    EXPECT_LE(client.session.output_size(), Session::output_pause + (1u << 20));
    answers += client.take().size();
    client.session.resume();
  }
  EXPECT_EQ(answers, 100u);
  EXPECT_FALSE(client.session.paused());
  EXPECT_FALSE(client.session.closed());
}

TEST(Session, BytesInFlightCountToo) {
  Client client;
  client.session.set_in_flight(Session::output_pause);
  client.send(R"({"execute": "query-status"})");
  EXPECT_TRUE(client.session.paused());
  EXPECT_EQ(client.session.output_size(), 0u);
  client.session.set_in_flight(0);
  client.session.resume();
  EXPECT_EQ(client.take().size(), 1u);
}

TEST(Session, AClientThatDoesNotReadEventsIsGivenUp) {
  Client client;
  const CapacityChange change{CapacityChange::Kind::offered, "mem0", 0, 0, 0, 1, ""};
  for (int i = 0; i < 1000 && !client.session.closed(); ++i) {
    client.machine.changes.assign(1000, change);
    client.monitor.publish_changes();
    EXPECT_LE(client.session.output_size(), Session::max_output_bytes);
  }
  EXPECT_TRUE(client.session.overrun());
  EXPECT_EQ(client.session.output_size(), 0u);
}

}  // namespace
}  // namespace cxlpool::qmp::test
