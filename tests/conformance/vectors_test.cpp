// SPDX-License-Identifier: Apache-2.0
// Every vector file, in every way to run it.
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "platforms/conform/conform.h"

namespace cxlpool::platforms {
namespace {

/// Relative to the folder of vectors.
std::vector<std::string> vector_files() {
  std::vector<std::string> files = {"routing_errors.json", "translate.json"};
  for (const std::string folder : {"routing", "dcd"}) {
    for (const auto& entry : std::filesystem::directory_iterator(CXLPOOL_VECTORS "/" + folder)) {
      files.push_back(folder + "/" + entry.path().filename().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Vectors : public testing::TestWithParam<std::tuple<std::string, bool, bool>> {};

TEST_P(Vectors, HaveNoDifference) {
  const auto& [file, lt, compiled] = GetParam();
  ConformOptions options;
  options.lt = lt;
  options.compiled_routes = compiled;
  const ConformReport report = conform({CXLPOOL_VECTORS "/" + file}, options);
  EXPECT_EQ(report.exit_status(), 0) << report.text();
  const Tally total = report.total();
  EXPECT_GT(total.steps, 0u);
  EXPECT_EQ(total.passed, total.steps);
  EXPECT_GT(total.through_sockets, total.steps / 2);
}

std::string test_name(const testing::TestParamInfo<Vectors::ParamType>& info) {
  const auto& [file, lt, compiled] = info.param;
  return std::filesystem::path(file).stem().string() + (lt ? "_lt" : "_functional") +
         (compiled ? "_compiled" : "_hop_by_hop");
}

INSTANTIATE_TEST_SUITE_P(All, Vectors,
                         testing::Combine(testing::ValuesIn(vector_files()), testing::Bool(),
                                          testing::Bool()),
                         test_name);

TEST(VectorFiles, AreAllHere) { EXPECT_EQ(vector_files().size(), 100u); }

}  // namespace
}  // namespace cxlpool::platforms
