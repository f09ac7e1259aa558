// SPDX-License-Identifier: Apache-2.0
// A run gives the bytes that were kept of it, whichever compiler built the program and however:
// with all optimisations, with none, under the sanitizers. After a change that is meant to change
// them,
//   CXLPOOL_UPDATE_GOLDEN=1 build/tests/system/system_test --gtest_filter='*Golden*'
// writes them anew; the difference belongs into the commit.
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/system/results.h"

namespace cxlpool::testing {
namespace {

class Golden : public ::testing::TestWithParam<const char*> {};

TEST_P(Golden, ResultsAreTheSameWithEveryCompilerAndBuild) {
  const std::string folder = CXLPOOL_GOLDEN;
  const std::string kept = folder + "/pool-" + GetParam() + ".json";
  const Outcome outcome =
      cxlpool({"run", folder + "/pool.yaml", "--mode", GetParam(), "--json", "--quiet"});
  ASSERT_EQ(outcome.exit_status, 0) << outcome.err;
  nlohmann::ordered_json results = without_wall(nlohmann::ordered_json::parse(outcome.out));
  results.erase("platform");  // as it was read, with this machine's paths
  results.erase("version");
  const std::string text = results.dump(1) + "\n";
  if (std::getenv("CXLPOOL_UPDATE_GOLDEN")) std::ofstream(kept) << text;
  EXPECT_EQ(read_file(kept), text);
}

/// At the moment when a run is cut, much is under way; a measurement by requests ends when its end
/// is known. Neither may depend on how far ahead the events of an access are known.
TEST(CutShort, ResultsAreTheSameWithoutCompiledRoutes) {
  const std::string pool = std::string(CXLPOOL_GOLDEN) + "/pool.yaml";
  const std::string fifo = "devices[mem2].media.scheduler=fifo";
  for (const std::vector<std::string>& how : std::vector<std::vector<std::string>>{
           {"--until", "1.2345us"},
           {"--until", "20us", "--set", fifo},
           {"--set", "warmup=500", "--set", "measure=3000", "--set", fifo},
           {"--set", "warmup=3us", "--set", "measure=5us"}}) {
    std::vector<std::string> arguments = {"run", pool, "--mode", "at", "--json", "--quiet"};
    arguments.insert(arguments.end(), how.begin(), how.end());
    const Outcome compiled = cxlpool(arguments);
    arguments.push_back("--no-compiled-routes");
    const Outcome sockets = cxlpool(arguments);
    ASSERT_LE(compiled.exit_status, 1) << compiled.err;
    const auto results = [](const Outcome& outcome) {
      auto json = without_wall(nlohmann::ordered_json::parse(outcome.out));
      // A compiled route counts an access at all that it will pass when it starts.
      for (const char* counters : {"components", "devices", "platform"}) json.erase(counters);
      return json;
    };
    const auto difference = nlohmann::json::diff(results(compiled), results(sockets));
    EXPECT_TRUE(difference.empty()) << how[1] << ": " << difference.dump(1).substr(0, 500);
  }
}

INSTANTIATE_TEST_SUITE_P(System, Golden, ::testing::Values("functional", "lt", "at"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace cxlpool::testing
