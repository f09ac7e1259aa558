// SPDX-License-Identifier: Apache-2.0
// run --vcd: a value change dump of the requests in flight, the queues and the sockets.
#include <filesystem>
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/results.h"

namespace cxlpool::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* dumped_platform =
    "version: 1\nhosts:\n  - name: h0\n"
    "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
    "    bridges: [{name: hb0, root_ports: 1}]\n"
    "devices: [{name: mem0, at: h0.hb0.rp0, volatile: 1GiB, media: {latency: 100ns, read_gap: "
    "40ns}}]\n"
    "regions: [{name: r0, host: h0, window: 0, mode: ram, devices: [mem0]}]\n"
    "traffic: [{host: h0, region: r0, pattern: uniform, sizes: [64], requests: 200, outstanding: "
    "5}]\n";

/// What a dump says, by the hierarchical name of each variable: values by time.
struct Dump {
  std::string unit;
  std::map<std::string, std::map<std::uint64_t, std::uint64_t>> values;
};

Dump parse(const std::string& text) {
  Dump dump;
  std::map<std::string, std::string> names;  // by code
  std::vector<std::string> scopes;
  std::uint64_t now = 0;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word == "$timescale") {
      for (words >> word; word != "$end"; words >> word) dump.unit += word;
    } else if (word == "$scope") {
      std::string kind, name;
      words >> kind >> name >> word;
      scopes.push_back(name == "SystemC" ? "" : name + ".");
    } else if (word == "$upscope") {
      scopes.pop_back();
    } else if (word == "$var") {
      std::string kind, width, code, name, full;
      words >> kind >> width >> code >> name;
      for (const std::string& scope : scopes) full += scope;
      names[code] = full + name;
      dump.values[full + name];
    } else if (word[0] == '#') {
      now = std::stoull(word.substr(1));
    } else if (word[0] == 'b' && word.size() > 1) {
      std::string code;
      words >> code;
      if (names.count(code))
        dump.values[names[code]][now] = std::stoull(word.substr(1), nullptr, 2);
    }
  }
  return dump;
}

class ValueDump : public ::testing::TestWithParam<const char*> {
 protected:
  std::string run(const std::string& name) {
    const std::string file = folder_.write("p.yaml", dumped_platform);
    outcome_ = cxlpool({"run", file, "--mode", GetParam(), "--json", "--vcd", folder_.path(name)});
    EXPECT_EQ(outcome_.exit_status, 0) << outcome_.err;
    return read_file(folder_.path(name));
  }

  TempDir folder_;
  Outcome outcome_;
};
INSTANTIATE_TEST_SUITE_P(System, ValueDump, ::testing::Values("lt", "at"),
                         [](const auto& info) { return info.param; });

TEST_P(ValueDump, HasTheNamesAndTheirValuesOverTime) {
  const Dump dump = parse(run("waves.vcd"));
  EXPECT_EQ(dump.unit, "1ps");
  for (const char* name :
       {"h0.in_flight", "h0.issue.waiting", "h0.hb0.rp0-mem0.m2s.waiting",
        "h0.hb0.rp0-mem0.s2m.waiting", "mem0.controller.waiting", "mem0.media.waiting"}) {
    EXPECT_EQ(dump.values.count(name), 1u) << name;
  }
  ASSERT_EQ(dump.values.count("h0.in_flight"), 1u);
  const auto& in_flight = dump.values.at("h0.in_flight");
  std::uint64_t most = 0;
  for (const auto& [at, value] : in_flight) most = std::max(most, value);
  EXPECT_EQ(most, 5u);
  // The kernel ends before it samples the instant in which the last answer comes.
  EXPECT_LE(in_flight.rbegin()->second, 1u);
  const auto results = nlohmann::json::parse(outcome_.out, nullptr, false);
  EXPECT_LE(in_flight.rbegin()->first, results["simulated_ps"]);
  EXPECT_GT(dump.values.at("mem0.media.waiting").size(), 10u);
}

/// Values at that time or the last before it.
std::uint64_t at(const std::map<std::uint64_t, std::uint64_t>& values, std::uint64_t time) {
  const auto after = values.upper_bound(time);
  return after == values.begin() ? 0 : std::prev(after)->second;
}

/// One request at a time: each one's begin, its answer 100 ns and the links' time later, and, where
/// it is known, its arrival at the device in between.
TEST_P(ValueDump, ShowsWhatSocketsDo) {
  const std::string file = folder_.write("p.yaml", dumped_platform);
  outcome_ = cxlpool({"run", file, "--mode", GetParam(), "--json", "--vcd", folder_.path("w"),
                      "--set", "traffic[0].outstanding=1", "--set", "traffic[0].read=50%"});
  ASSERT_EQ(outcome_.exit_status, 0) << outcome_.err;
  const auto results = nlohmann::json::parse(outcome_.out);
  const std::uint64_t latency = results["traffic"][0]["latency_ps"]["all"]["min"];
  Dump dump = parse(read_file(folder_.path("w")));
  const auto& begun = dump.values["h0.core.begin_req.count"];
  const auto& responded = dump.values["h0.core.begin_resp.count"];
  ASSERT_GT(begun.size(), 190u);
  std::uint64_t writes = 0;
  for (const auto& [time, count] : begun) {
    if (count == 0 || count == 200) continue;  // before the first; without the last answer
    EXPECT_EQ(at(responded, time + latency), count) << time;
    for (const char* what : {"address", "command", "bytes"}) {
      EXPECT_EQ(at(dump.values["h0.core.begin_req." + std::string(what)], time),
                at(dump.values["h0.core.begin_resp." + std::string(what)], time + latency))
          << what << " at " << time;
    }
    EXPECT_EQ(at(dump.values["h0.core.begin_resp.status"], time + latency), 1u) << "of TLM_OK";
    writes += at(dump.values["h0.core.begin_req.command"], time);
    EXPECT_EQ(at(dump.values["h0.core.begin_req.bytes"], time), 64u);
    if (std::string(GetParam()) == "lt") continue;
    EXPECT_EQ(at(dump.values["mem0.usp.begin_req.count"], time + latency), count) << time;
    EXPECT_EQ(at(dump.values["mem0.usp.begin_req.address"], time + latency) + 0x1'0000'0000,
              at(dump.values["h0.core.begin_req.address"], time));
  }
  EXPECT_NEAR(static_cast<double>(writes), 100, 30);
  EXPECT_EQ(dump.values.count("mem0.usp.begin_req.count"), std::string(GetParam()) == "at");
}

/// Compiled routes bypass sockets, and show the same.
TEST_P(ValueDump, IsTheSameWithoutCompiledRoutes) {
  const auto body = [](const std::string& text) { return text.substr(text.find("$timescale")); };
  const std::string compiled = run("a.vcd");
  const Outcome hops = cxlpool({"run", folder_.path("p.yaml"), "--mode", GetParam(), "--quiet",
                                "--vcd", folder_.path("b.vcd"), "--no-compiled-routes"});
  ASSERT_EQ(hops.exit_status, 0) << hops.err;
  EXPECT_TRUE(body(compiled) == body(read_file(folder_.path("b.vcd"))));
}

TEST_P(ValueDump, IsCalledWhatTheUserCallsIt) {
  EXPECT_THAT(run("waves"), HasSubstr("$enddefinitions"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("waves.vcd")));
}

TEST_P(ValueDump, RepeatsButForItsDateAndLeavesTheResultsAsTheyAre) {
  const auto body = [](const std::string& text) { return text.substr(text.find("$timescale")); };
  const std::string first = run("a.vcd");
  const nlohmann::json with = without_wall(nlohmann::json::parse(outcome_.out));
  EXPECT_TRUE(body(first) == body(run("b.vcd")));
  const Outcome without = cxlpool({"run", folder_.path("p.yaml"), "--mode", GetParam(), "--json"});
  EXPECT_EQ(with, nlohmann::json(without_wall(nlohmann::json::parse(without.out))));
}

}  // namespace
}  // namespace cxlpool::testing
