// SPDX-License-Identifier: Apache-2.0
// `cxlpool validate`: what the document says is what the program prints, every family is there, and
// questions that make no sense are answered with what would.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/system/run_program.h"

namespace cxlpool::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// Of docs/accuracy.md or of what was printed: the text from one `## ` to the next.
std::string section(const std::string& text, const std::string& title) {
  const std::size_t begin = text.find("## " + title + "\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find("\n## ", begin) - begin);
}

TEST(Validate, ATableAloneIsAsTheDocumentHasIt) {
  const Outcome outcome = cxlpool({"validate", "--markdown", "--table", "idle_latencies"});
  ASSERT_EQ(outcome.signal, 0);
  const std::string documented = section(read_file(CXLPOOL_ACCURACY), "Idle latencies");
  ASSERT_NE(documented, "");
  EXPECT_THAT(outcome.out, HasSubstr(documented))
      << "regenerate: build/cxlpool validate --markdown > docs/accuracy.md";
}

TEST(Validate, TheDocumentHasEveryFamily) {
  const std::string text = read_file(CXLPOOL_ACCURACY);
  for (const char* title : {"Link peaks", "Idle latencies", "Idle latencies of families left out",
                            "Peaks of devices with their media", "Loaded latencies",
                            "Interleave over several devices", "Contention behind a shared port"}) {
    EXPECT_NE(section(text, title), "") << title;
  }
}

TEST(Validate, EveryRowHasRoleErrorAndSource) {
  const Outcome outcome =
      cxlpool({"validate", "--json", "--table", "idle_latencies", "--table", "left_out_families"});
  const json all = json::parse(outcome.out);
  ASSERT_EQ(all.size(), 2u);
  bool all_within = true;
  for (const json& table : all) {
    EXPECT_FALSE(table["rows"].empty());
    for (const json& row : table["rows"]) {
      EXPECT_THAT((std::vector<std::string>{"fitted", "predicted"}),
                  ::testing::Contains(row["role"].get<std::string>()));
      EXPECT_NE(row["source"], "");
      const double error = 100 * (row["model"].get<double>() / row["published"].get<double>() - 1);
      EXPECT_NEAR(row["error_percent"].get<double>(), error, 1e-6);
      if (row.contains("within")) all_within &= row["within"].get<bool>();
    }
  }
  EXPECT_EQ(outcome.exit_status, all_within ? 0 : 1);
}

TEST(Validate, ACaseGivesIdlePeakAndCurve) {
  const Outcome outcome = cxlpool({"validate", "--json", "--case", "profile=mess-x8,read=0.74"});
  ASSERT_EQ(outcome.exit_status, 0) << outcome.err;
  const json found = json::parse(outcome.out);
  EXPECT_EQ(found["read_percent"], 74);
  EXPECT_EQ(found["role"], "predicted");
  // Between the published 26.76 and 40.02 GB/s of 100 % and 50 %, and the idle latency of either.
  EXPECT_GT(found["peak_GBps"], 30);
  EXPECT_LT(found["peak_GBps"], 39);
  EXPECT_NEAR(found["idle_latency_ns"].get<double>(), 107.4, 3.2);
  ASSERT_EQ(found["points"].size(), 12u);
  EXPECT_LT(found["points"][0]["latency_ns"], found["points"][11]["latency_ns"]);
  // 35.28 GB/s are published, and what the flits carry of exactly this mix.
  EXPECT_NEAR(found["peak_GBps"].get<double>(), 35.28, 0.35);
  EXPECT_EQ(cxlpool({"validate", "--json", "--case", "profile=mess-x8,read=0.74"}).out,
            outcome.out);
}

TEST(Validate, ACaseTakesDevicesSocketWidthAndSwitch) {
  const auto ask = [](const std::string& text) {
    const Outcome outcome = cxlpool({"validate", "--json", "--case", text});
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
    return json::parse(outcome.out);
  };
  const json one = ask("profile=spec-target");
  EXPECT_NEAR(ask("profile=spec-target,devices=3")["peak_GBps"].get<double>() /
                  one["peak_GBps"].get<double>(),
              3, 0.3);
  EXPECT_NEAR(ask("profile=spec-target,socket=remote,hop=100ns")["idle_latency_ns"].get<double>(),
              one["idle_latency_ns"].get<double>() + 100, 0.5);
  EXPECT_LT(ask("profile=spec-target,width=8,pattern=sequential")["peak_GBps"], one["peak_GBps"]);
  EXPECT_GT(ask("profile=spec-target,switch=generic-switch")["idle_latency_ns"].get<double>(),
            one["idle_latency_ns"].get<double>() + 20);
  for (const char* injector : {"paced", "mlc", "closed", "poisson", "fixed"}) {
    EXPECT_GT(ask(std::string("profile=spec-target,injector=") + injector)["peak_GBps"], 0);
  }
}

struct WrongCase {
  const char* asked;
  const char* answer;
};

class ValidateRefuses : public ::testing::TestWithParam<WrongCase> {};

TEST_P(ValidateRefuses, AndSaysWhatWouldBeRight) {
  const Outcome outcome = cxlpool({"validate", "--case", GetParam().asked});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("--case: "));
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().answer));
}

INSTANTIATE_TEST_SUITE_P(
    , ValidateRefuses,
    ::testing::Values(
        WrongCase{"profile=mess-x9", "no profile of a device is named \"mess-x9\", did you mean"},
        WrongCase{"profile=", "no profile of a device is named \"\""},
        WrongCase{"profile=generic-switch", "switch=generic-switch"},
        WrongCase{"profile=a1000,switch=a1000", "a1000 is no profile of a switch"},
        WrongCase{"read=0.5", "profile is missing"}, WrongCase{"", "expected a value"},
        WrongCase{"profile", "expected key=value"},
        WrongCase{"profile=a1000,", "expected key=value"},
        WrongCase{"profile=a1000,reed=0.5", "unknown key \"reed\", did you mean \"read\"?"},
        WrongCase{"profile=a1000,read=1.5", "read: expected a fraction from 0 to 1"},
        WrongCase{"profile=a1000,read=-0.1", "read: expected a fraction from 0 to 1"},
        WrongCase{"profile=a1000,read=", "read: expected a fraction from 0 to 1"},
        WrongCase{"profile=a1000,read=nan", "read: expected a fraction from 0 to 1"},
        WrongCase{"profile=a1000,read=0.1,read=0.2", "read is given twice"},
        WrongCase{"profile=a1000,devices=5", "devices: expected one of 1, 2, 3, 4"},
        WrongCase{"profile=a1000,devices=99999999999999999999", "devices: expected one of"},
        WrongCase{"profile=a1000,width=3", "width: expected one of 1, 2, 4, 8, 16"},
        WrongCase{"profile=a1000,socket=far", "socket: expected one of local, remote"},
        WrongCase{"profile=a1000,hop=10ns", "hop: expected socket=remote"},
        WrongCase{"profile=a1000,socket=remote,hop=10", "hop: "},
        WrongCase{"profile=a1000,socket=remote,hop=1s", "hop: expected at most 10us"},
        WrongCase{"profile=a1000,injector=mcl", "did you mean \"mlc\"?"},
        WrongCase{"profile=a1000,pattern=zigzag", "pattern: expected one of random, sequential"},
        WrongCase{"profile=a1000,size=65B", "size: expected 64B"},
        WrongCase{"profile=a1000,size=1GiB", "size: expected 64B"}));

TEST(Validate, RefusesATableThatThereIsNot) {
  const Outcome outcome = cxlpool({"validate", "--table", "idle_latency"});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("did you mean \"idle_latencies\"?"));
}

TEST(ValidateWhole, IsTheDocumentTwice) {
  const std::string documented = read_file(CXLPOOL_ACCURACY);
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = cxlpool({"validate", "--markdown"});
    ASSERT_EQ(outcome.signal, 0);
    EXPECT_EQ(outcome.out, documented)
        << "regenerate: build/cxlpool validate --markdown > docs/accuracy.md";
    EXPECT_EQ(outcome.exit_status, documented.find("% !") == std::string::npos ? 0 : 1);
  }
}

}  // namespace
}  // namespace cxlpool::testing
