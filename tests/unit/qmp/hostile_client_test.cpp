// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "client.h"

namespace cxlpool::qmp::test {
namespace {

using nlohmann::json;

const std::string conversation =
    R"({"execute": "query-status", "id": "a\"}b"})"
    "\n"
    R"({"execute": "cxl-add-dynamic-capacity", "arguments": {"path": "mem0", "host-id": 0,)"
    R"("selection-policy": "free", "region": 0, "extents": [{"offset": 0, "len": 4096}]}})"
    R"({"execute": "nonsense"}  [1] )";

bool still_serves(Client& client) {
  client.send("\xFF{\"execute\": \"query-status\", \"id\": \"last\"}");
  const auto lines = client.take();
  return !lines.empty() && lines.back().value("id", json()) == "last";
}

std::vector<json> whole_answers() {
  Client client;
  client.send(conversation);
  return client.take();
}

TEST(HostileClient, AConversationCutInTwoAnywhereIsTheSame) {
  const auto whole = whole_answers();
  ASSERT_EQ(whole.size(), 4u);
  for (std::size_t at = 0; at <= conversation.size(); ++at) {
    Client client;
    client.send(conversation.substr(0, at));
    client.send(conversation.substr(at));
    ASSERT_EQ(client.take(), whole) << at;
  }
}

TEST(HostileClient, AConversationByteByByteIsTheSame) {
  Client client;
  for (const char c : conversation) client.send(std::string(1, c));
  EXPECT_EQ(client.take(), whole_answers());
}

TEST(HostileClient, TruncatedAnywhereItLeavesTheSessionWorking) {
  for (std::size_t bytes = 0; bytes <= conversation.size(); ++bytes) {
    Client client;
    client.send(conversation.substr(0, bytes));
    EXPECT_TRUE(still_serves(client)) << bytes;
  }
}

TEST(HostileClient, AnyByteReplacedLeavesTheSessionWorking) {
  for (std::size_t at = 0; at < conversation.size(); ++at) {
    for (const char byte : {'\0', '"', '\\', '{', '}', '\n', '\x80', '\xFF'}) {
      Client client;
      std::string text = conversation;
      text[at] = byte;
      client.send(text);
      EXPECT_TRUE(still_serves(client)) << at;
    }
  }
}

TEST(HostileClient, RandomBytesAreAnswersOfErrorAndNothingElse) {
  EXPECT_TRUE(rc::check("noise", [](const std::string& noise) {
    Client client;
    client.send(noise);
    for (const json& line : client.take()) RC_ASSERT(line.contains("error"));
    RC_ASSERT(still_serves(client));
  }));
}

TEST(HostileClient, RandomPiecesOfJsonAreSurvived) {
  EXPECT_TRUE(rc::check("pieces", [] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "{", "}", "[", "]", "\"", ",", ":", "\"execute\"", "\"arguments\"", "\"x-cxlpool-query\"",
        "\"id\"", "-1", "1e308", "18446744073709551616", "null", "\\u0000", "\n", " ", "\xC3",
        "{\"execute\":\"query-memdev\"}"));
    Client client;
    for (const std::string& piece : pieces) client.send(piece);
    if (client.session.closed()) return;
    RC_ASSERT(still_serves(client));
  }));
}

TEST(HostileClient, AnyJsonAsAnArgumentIsAnAnswer) {
  const std::vector<json> values = {
      nullptr,        true,         -1, 1e308, "", "\u0000", "a", json::array({json::object()}),
      json::object(), json::array()};
  Client client;
  for (const Command& command : client.monitor.commands()) {
    if (command.name == "quit") continue;
    std::vector<Member> members = command.signature.members;
    for (const auto& branch : command.signature.branches) {
      members.insert(members.end(), branch.second.begin(), branch.second.end());
    }
    for (const Member& member : members) {
      for (const json& value : values) {
        const json reply = client.execute(command.name, {{member.name, value}});
        EXPECT_TRUE(reply.contains("return") || reply.contains("error")) << command.name;
      }
    }
  }
}

TEST(HostileClient, ValidCommandsWithOneArgumentReplacedAreAnswers) {
  const json valid = json::parse(R"({"path": "mem0", "host-id": 0, "removal-policy": "tag-based",
    "region": 0, "tag": "t", "extents": [{"offset": 0, "len": 1}], "forced-removal": true})");
  const std::vector<json> values = {nullptr,
                                    -1,
                                    0.5,
                                    256,
                                    65536,
                                    ~std::uint64_t{0},
                                    "x",
                                    {{"offset", 1}},
                                    json::array({nullptr})};
  Client client;
  for (const auto& item : valid.items()) {
    for (const json& value : values) {
      json arguments = valid;
      arguments[item.key()] = value;
      const json reply = client.execute("cxl-release-dynamic-capacity", arguments);
      EXPECT_TRUE(reply.contains("return") || reply.contains("error"));
    }
  }
}

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(HostileClient, AHundredMebibytesWithoutALineEndCostAFewAndTheSession) {
  constexpr std::size_t piece = 1 << 16;
  constexpr std::size_t total = 100u << 20;
  for (const std::string& start :
       {std::string("{\"execute\": \""), std::string("x"), std::string("{\"a\": [\"\\")}) {
    Client client;
    const long before = peak_kib();
    client.send(start);
    const std::string filler(piece, 'a');
    for (std::size_t sent = 0; sent < total; sent += piece) client.send(filler);
    EXPECT_TRUE(client.session.closed());
    EXPECT_LT(peak_kib() - before, 32 * 1024);
  }
}

TEST(HostileClient, DeepNestingEndsTheSession) {
  for (const char* opening : {"[", "{\"a\":"}) {
    Client client;
    for (int i = 0; i < 100'000 && !client.session.closed(); ++i) client.send(opening);
    EXPECT_TRUE(client.session.closed());
    EXPECT_EQ(client.take().back().at("error").at("desc"), "JSON nesting depth limit exceeded");
  }
}

TEST(HostileClient, AnErrorQuotesLittleOfWhatWasSent) {
  Client client;
  const std::string name(100'000, 'n');
  for (const json& request :
       {json{{"execute", name}}, json{{"execute", "quit"}, {name, 1}},
        json{{"execute", "quit"}, {"arguments", {{name, 1}}}},
        json{{"execute", "object-add"}, {"arguments", {{"qom-type", name}}}}}) {
    client.send(request.dump());
    EXPECT_LT(client.session.output_size(), 400u);
    client.take();
  }
  client.send(name + "\n");
  EXPECT_LT(client.session.output_size(), 400u);
}

}  // namespace
}  // namespace cxlpool::qmp::test
