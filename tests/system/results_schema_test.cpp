// SPDX-License-Identifier: Apache-2.0
// The schema of results.json is strict enough to mean something. That real results follow it is
// checked for every platform in catalog_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/results.h"

namespace cxlpool::testing {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::Not;

json results_of(const std::vector<std::string>& options) {
  const CatalogRun run("one-device.yaml", options);
  return json::parse(run.results_text());
}

TEST(ResultsSchema, AcceptsEveryMode) {
  EXPECT_THAT(schema_violations(results_of({"--mode", "functional"})), IsEmpty());
  EXPECT_THAT(schema_violations(results_of({"--mode", "lt"})), IsEmpty());
  EXPECT_THAT(schema_violations(results_of({"--mode", "at"})), IsEmpty());
}

TEST(ResultsSchema, AcceptsARunThatFailed) {
  const json results = results_of({"--mode", "lt", "--set", "traffic[1].base=0x2_0000_0000"});
  EXPECT_FALSE(results["good"]);
  EXPECT_THAT(schema_violations(results), IsEmpty());
}

TEST(ResultsSchema, RefusesAnUnknownKeyAtEveryLevel) {
  const json good = results_of({});
  for (const char* place : {"", "/traffic/0", "/devices/0", "/components/0", "/programming",
                            "/programming/decoders/0", "/programming/regions/0", "/checks"}) {
    json bad = good;
    bad[json::json_pointer(place)]["surprise"] = 1;
    EXPECT_THAT(schema_violations(bad), Not(IsEmpty())) << place;
  }
}

TEST(ResultsSchema, RefusesAMissingKey) {
  const json good = results_of({});
  for (const auto& [key, value] : good.items()) {
    if (key == "mmio") continue;
    json bad = good;
    bad.erase(key);
    EXPECT_THAT(schema_violations(bad), Not(IsEmpty())) << key;
  }
}

TEST(ResultsSchema, RefusesAWrongTypeOrRange) {
  const json good = results_of({});
  const std::pair<const char*, json> changes[] = {
      {"/good", "yes"},          {"/mode", "fast"},      {"/traffic/0/asked", -1},
      {"/traffic/0/reads", 1.5}, {"/simulated_ps", "1"}, {"/devices/0/errors", json::array()}};
  for (const auto& [place, value] : changes) {
    json bad = good;
    bad[json::json_pointer(place)] = value;
    EXPECT_THAT(schema_violations(bad), Not(IsEmpty())) << place;
  }
}

}  // namespace
}  // namespace cxlpool::testing
