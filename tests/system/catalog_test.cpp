// SPDX-License-Identifier: Apache-2.0
// Every platform of the catalog, in every mode: it runs and passes, its results follow the
// published schema, and compiled routes change nothing.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/results.h"

namespace cxlpool::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

/// Platforms of the catalog and of its folders, as paths below it; `devices` holds profiles,
/// `pools` platforms that have no traffic of their own (see serve_test.cpp).
std::vector<std::string> catalog() {
  std::vector<std::string> platforms;
  for (const auto& entry : fs::recursive_directory_iterator(CXLPOOL_CATALOG)) {
    if (entry.path().extension() != ".yaml") continue;
    const fs::path folder = entry.path().parent_path().filename();
    if (folder == "devices" || folder == "pools") continue;
    platforms.push_back(fs::relative(entry.path(), CXLPOOL_CATALOG).string());
  }
  std::sort(platforms.begin(), platforms.end());
  return platforms;
}

struct CatalogCase {
  std::string platform;
  std::string mode;
};

std::vector<CatalogCase> cases() {
  std::vector<CatalogCase> all;
  for (const std::string& platform : catalog()) {
    for (const char* mode : {"functional", "lt", "at"}) all.push_back({platform, mode});
  }
  return all;
}

std::string name(const ::testing::TestParamInfo<CatalogCase>& info) {
  std::string text = info.param.platform.substr(0, info.param.platform.rfind('.'));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !std::isalnum(c); }, '_');
  return text + "_" + info.param.mode;
}

void PrintTo(const CatalogCase& each, std::ostream* out) {
  *out << each.platform << ", " << each.mode;
}

/// A platform whose traffic misses a device or a region shows nothing about it.
void expect_everything_used(const nlohmann::ordered_json& results) {
  for (const auto& device : results["devices"]) {
    EXPECT_GT(device["reads"], 0) << device["device"];
    EXPECT_GT(device["writes"], 0) << device["device"];
  }
  for (const auto& region : results["programming"]["regions"]) {
    EXPECT_TRUE(region["made"]) << region["region"];
  }
}

class Catalog : public ::testing::TestWithParam<CatalogCase> {};

TEST_P(Catalog, PassesWithAndWithoutCompiledRoutes) {
  const auto& [platform, mode] = GetParam();
  const CatalogRun compiled(platform, {"--mode", mode});
  ASSERT_EQ(compiled.outcome().exit_status, 0) << compiled.outcome().out << compiled.outcome().err;
  EXPECT_EQ(compiled.outcome().err, "");
  EXPECT_THAT(schema_violations(nlohmann::json::parse(compiled.results_text())), IsEmpty());

  const auto results = compiled.results();
  expect_everything_used(results);

  const CatalogRun hops(platform, {"--mode", mode, "--no-compiled-routes", "--quiet"});
  ASSERT_EQ(hops.outcome().exit_status, 0) << hops.outcome().err;
  EXPECT_EQ(results.dump(1), hops.results().dump(1));
  EXPECT_TRUE(compiled.requests() == hops.requests()) << "the request traces differ";
}

INSTANTIATE_TEST_SUITE_P(System, Catalog, ::testing::ValuesIn(cases()), name);

TEST(HotPlug, RefusesAccessesBeforeAndAfterAndNeverInBetween) {
  const CatalogRun run("hot-plug.yaml", {"--mode", "lt"});
  ASSERT_EQ(run.outcome().exit_status, 0) << run.outcome().out << run.outcome().err;
  const auto streams = run.results()["traffic"];
  EXPECT_EQ(streams[0]["refused"], 0);  // the steady neighbour
  EXPECT_EQ(streams[1]["refused"], 0);
  for (const std::size_t i : {2, 3}) {
    EXPECT_GT(streams[i]["refused"], 0);
    EXPECT_GT(streams[i]["completed"], 0);
    EXPECT_EQ(streams[i]["verified"], streams[i]["asked"]);
  }
}

TEST(HotPlug, FailsARunThatDoesNotExpectRefusals) {
  const CatalogRun run("hot-plug.yaml", {"--set", "expect_refusals=false"});
  EXPECT_EQ(run.outcome().exit_status, 1);
  EXPECT_THAT(run.outcome().out, ::testing::HasSubstr("were refused"));
}

TEST(CatalogFiles, BeginWithACommentThatSaysWhatTheyShow) {
  ASSERT_GE(catalog().size(), 20u);
  for (const std::string& platform : catalog()) {
    const std::string text = read_file(CXLPOOL_CATALOG + ("/" + platform));
    EXPECT_EQ(text.rfind("# ", 0), 0u) << platform;
  }
}

}  // namespace
}  // namespace cxlpool::testing
