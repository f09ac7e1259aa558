// SPDX-License-Identifier: Apache-2.0
// The same platform, seed and mode give the same results to the byte, and the same requests in the
// same order.
#include <gtest/gtest.h>

#include "tests/system/results.h"

namespace cxlpool::testing {
namespace {

struct RepeatedRun {
  const char* platform;
  const char* mode;
};

void PrintTo(const RepeatedRun& each, std::ostream* out) {
  *out << each.platform << ", " << each.mode;
}

class Determinism : public ::testing::TestWithParam<RepeatedRun> {};

TEST_P(Determinism, TwoRunsDifferInWallTimeAlone) {
  const auto& [platform, mode] = GetParam();
  const std::vector<std::string> options = {
      "--mode", mode, "--seed", "7", "--set", "output.request_trace=requests.trace"};
  const CatalogRun first(platform, options);
  const CatalogRun second(platform, options);
  ASSERT_EQ(first.outcome().exit_status, 0) << first.outcome().err;
  ASSERT_EQ(second.outcome().exit_status, 0) << second.outcome().err;
  EXPECT_EQ(first.results().dump(2), second.results().dump(2));
  ASSERT_FALSE(first.requests().empty());
  EXPECT_TRUE(first.requests() == second.requests()) << "the request traces differ";
}

INSTANTIATE_TEST_SUITE_P(System, Determinism,
                         ::testing::Values(RepeatedRun{"two-hosts.yaml", "functional"},
                                           RepeatedRun{"two-hosts.yaml", "lt"},
                                           RepeatedRun{"sixteen-hosts.yaml", "lt"},
                                           RepeatedRun{"hot-plug.yaml", "functional"},
                                           RepeatedRun{"hot-plug.yaml", "lt"},
                                           RepeatedRun{"hot-plug.yaml", "at"},
                                           RepeatedRun{"two-hosts.yaml", "at"},
                                           RepeatedRun{"four-way.yaml", "functional"}),
                         [](const auto& info) {
                           std::string name = info.param.platform;
                           name = name.substr(0, name.find('.')) + "_" + info.param.mode;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST(Seed, AnotherOneGivesOtherRequests) {
  const std::vector<std::string> trace = {"--set", "output.request_trace=requests.trace"};
  const CatalogRun first("one-device.yaml", {trace[0], trace[1], "--seed", "1"});
  const CatalogRun second("one-device.yaml", {trace[0], trace[1], "--seed", "2"});
  EXPECT_FALSE(first.requests() == second.requests());
}

TEST(Json, OnStandardOutputIsTheFile) {
  const CatalogRun run("one-device.yaml", {"--json"});
  ASSERT_EQ(run.outcome().exit_status, 0) << run.outcome().err;
  EXPECT_EQ(run.outcome().out, run.results_text());
}

}  // namespace
}  // namespace cxlpool::testing
