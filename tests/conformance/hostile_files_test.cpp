// SPDX-License-Identifier: Apache-2.0
// Files that are not what they should be end in an error that says where, never in a crash.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "platforms/conform/conform.h"
#include "platforms/conform/limits.h"

namespace cxlpool::platforms {
namespace {

using nlohmann::json;

constexpr const char* routing = CXLPOOL_VECTORS "/routing/T6b_skip.json";
constexpr const char* scenarios = CXLPOOL_VECTORS "/routing_errors.json";
constexpr const char* translate = CXLPOOL_VECTORS "/translate.json";

std::string contents(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

class HostileFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "conform_test_XXXXXX";
    folder_ = mkdtemp(name.data());
    file_ = folder_ + "/hostile.json";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// The one file's report; its message is never empty when it is unreadable.
  FileReport run(const std::string& text) {
    std::ofstream(file_, std::ios::binary) << text;
    return run_file(file_);
  }
  static FileReport run_file(const std::string& file) {
    const ConformReport report = conform({file}, {});
    EXPECT_EQ(report.files.size(), 1u);
    EXPECT_FALSE(report.text().empty());
    EXPECT_EQ(report.exit_status() == 2, !report.files[0].readable());
    return report.files[0];
  }
  void expect_unreadable(const std::string& text, const std::string& why) {
    const FileReport report = run(text);
    EXPECT_NE(report.error.find(why), std::string::npos)
        << "expected \"" << why << "\", got \"" << report.error << '"';
  }
  void expect_refused(json document, const char* pointer, const json& value,
                      const std::string& why) {
    document[json::json_pointer(pointer)] = value;
    expect_unreadable(document.dump(), why);
  }

  std::string folder_;
  std::string file_;
};

TEST_F(HostileFile, TruncatedAnywhere) {
  for (const char* file : {routing, scenarios, translate}) {
    const std::string whole = contents(file);
    ASSERT_GT(whole.size(), 1000u);
    for (std::size_t i = 0; i < 40; ++i) {
      const std::size_t length = whole.find_last_not_of(" \n") * i / 40;
      EXPECT_FALSE(run(whole.substr(0, length)).readable()) << file << " cut at " << length;
    }
  }
}

TEST_F(HostileFile, OneByteChanged) {
  const std::string whole = contents(routing);
  for (std::size_t i = 0; i < 60; ++i) {
    std::string damaged = whole;
    damaged[whole.size() * i / 60] = static_cast<char>(i * 37 + 1);
    run(damaged);  // whatever it says, it says something
  }
}

TEST_F(HostileFile, Garbage) {
  expect_unreadable("", "empty");
  expect_unreadable("\xFF\xFE\x00garbage", "expected JSON");
  expect_unreadable(std::string(1000, '\0'), "expected JSON");
  expect_unreadable(contents(routing) + "x", "expected JSON");
  expect_unreadable("[]", "not a vector file");
  expect_unreadable("null", "not a vector file");
  expect_unreadable("3", "not a vector file");
  expect_unreadable("{}", "not a vector file");
  expect_unreadable(R"({"topology": 1, "vectors": 1})", "topology: expected an object, got 1");
  expect_unreadable(R"({"scenarios": []})", "scenarios: expected at least one entry");
  expect_unreadable(R"({"scenarios": 1, "scenarios": 2})", "named twice");
  expect_unreadable(std::string(1'000'000, '['), "nested deeper");
  expect_unreadable(std::string(1'000'000, '{'), "expected JSON");
}

TEST_F(HostileFile, NoFile) {
  EXPECT_FALSE(run_file(folder_ + "/none.json").readable());
  EXPECT_FALSE(run_file(folder_).readable());
  EXPECT_FALSE(run_file("/dev/zero").readable());
  EXPECT_FALSE(run_file("").readable());
}

TEST_F(HostileFile, TooLong) {
  { std::ofstream created(file_); }
  std::filesystem::resize_file(file_, longest_vector_file + 1);
  const FileReport report = run_file(file_);
  EXPECT_NE(report.error.find("vector files have at most"), std::string::npos) << report.error;
}

TEST_F(HostileFile, DynamicCapacityNeedsItsKeys) {
  expect_unreadable(R"({"device": {}, "steps": [{"op": "qmp"}]})", "\"id\" is missing");
}

TEST_F(HostileFile, WrongTypesAndValues) {
  const json file = json::parse(contents(routing));
  expect_refused(file, "/topology/windows/0/base", "1",
                 "topology.windows[0].base: expected an int");
  expect_refused(file, "/topology/windows/0/base", -1, "got -1");
  expect_refused(file, "/topology/windows/0/base", 1.5, "got 1.5");
  expect_refused(file, "/topology/windows/0/base", 1ull << 53, "from 0 to 9007199254740991");
  expect_refused(file, "/topology/windows/0/base", nullptr, "got null");
  expect_refused(file, "/topology/windows/0/arithmetic", "mod", "expected modulo or xor");
  expect_refused(file, "/topology/windows/0/targets", json::object(), "expected a list");
  expect_refused(file, "/topology/host_bridges/0/passthrough", 1, "expected true or false");
  expect_refused(file, "/topology/host_bridges/0/root_ports/0/port", 256, "from 0 to 255");
  expect_refused(file, "/topology/host_bridges/0/root_ports/0/child_type", "x", "expected device");
  expect_refused(file, "/topology/devices/0/memory/0/kind", "rom", "expected vmem, pmem or dc");
  expect_refused(file, "/topology/devices/0/decoders/0/index", 32, "from 0 to 31");
  expect_refused(file, "/topology/devices/0/decoders/0/iw", 16, "from 0 to 15");
  expect_refused(file, "/vectors", json::array(), "vectors: expected at least one entry");
  expect_refused(file, "/vectors/7/hpa", true, "vectors[7].hpa");
  expect_refused(file, "/runs/1/len", 0, "runs[1].len");
  json without = file;
  without["vectors"][3].erase("dpa");
  expect_unreadable(without.dump(), "vectors[3]: the key \"dpa\" is missing");
  std::string huge = file.dump();
  huge.replace(huge.find("4563402752"), 10, "1e400");
  EXPECT_FALSE(run(huge).readable());
}

TEST_F(HostileFile, WrongSteps) {
  json file = json::parse(contents(scenarios));
  file["scenarios"] = json::array({file["scenarios"][0]});
  const char* step = "/scenarios/0/steps/0/";
  const auto refuse = [&](const char* key, const json& value, const std::string& why) {
    expect_refused(file, (std::string(step) + key).c_str(), value, why);
  };
  refuse("op", "jump", "scenarios[0].steps[0].op: expected one of read");
  refuse("size", 0, "from 1 to");
  refuse("size", 1ull << 40, "from 1 to");
  refuse("size", 16, "expected a string");
  refuse("value", "00", "expected an integer");
  refuse("landed", json::array({json::array({"dev0"})}), "expected 2 members");
  refuse("expect", 3, "expect");
  refuse("expect", {{"memtx", "maybe"}}, "memtx");
  json hex = file;
  hex["scenarios"][0]["steps"][0]["size"] = 9;
  for (const char* value : {"0", "zz0000000000000000", "0000", ""}) {
    json each = hex;
    each["scenarios"][0]["steps"][0]["value"] = value;
    EXPECT_FALSE(run(each.dump()).readable()) << value;
  }
}

TEST_F(HostileFile, WhatCannotBeBuiltIsADifference) {
  const json file = json::parse(contents(routing));
  const auto expect_difference = [&](const char* pointer, const json& value, const char* path) {
    json changed = file;
    changed[json::json_pointer(pointer)] = value;
    const FileReport report = run(changed.dump());
    EXPECT_TRUE(report.readable()) << report.error;
    ASSERT_FALSE(report.tally.differences.empty()) << pointer;
    EXPECT_NE(report.tally.differences[0].path.find(path), std::string::npos)
        << report.tally.differences[0].path;
  };
  expect_difference("/topology/host_bridges/0/root_ports/0/child", "dev9", "root_ports[0].child");
  expect_difference("/topology/host_bridges/0/name", "no such.name", "topology");
  expect_difference("/topology/devices/0/name", "", "topology");
  expect_difference("/topology/windows", json::array(), "topology");
  expect_difference("/topology/host_bridges", json::array(), "topology");
  expect_difference("/topology/devices/0/memory/0/kind", "dc", "memory[1].dpa_base");
  expect_difference("/topology/devices/0/decoders/0/index", 31, "ctrl_readback");
  expect_difference("/vectors/0/device", "dev7", "vectors[0].device");
}

TEST_F(HostileFile, SwitchesInACircle) {
  json file = json::parse(contents(CXLPOOL_VECTORS "/routing/T5_w256_s512.json"));
  json& switches = file["topology"]["switches"];
  ASSERT_GE(switches.size(), 2u);
  switches[0]["downstream_ports"][0]["child"] = switches[0]["name"];
  const FileReport report = run(file.dump());
  EXPECT_TRUE(report.readable());
  EXPECT_GT(report.tally.difference_count, 0u);
}

TEST_F(HostileFile, ReportIsJsonWhateverTheFileSays) {
  std::ofstream(file_) << "{\"\xC3\x28\": 1}";
  const ConformReport report =
      conform({file_, "\xFF", routing}, {traffic::Mode::functional, true, true});
  const json parsed = json::parse(report.text());
  EXPECT_EQ(parsed.at("exit_status"), 2);
  EXPECT_EQ(parsed.at("files").size(), 3u);
  EXPECT_EQ(parsed.at("files")[2].at("passed"), parsed.at("files")[2].at("steps"));
}

}  // namespace
}  // namespace cxlpool::platforms
