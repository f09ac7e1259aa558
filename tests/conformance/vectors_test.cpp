// SPDX-License-Identifier: Apache-2.0
// Every vector file, in every way to run it.
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "platforms/conform/conform.h"
#include "platforms/conform/isolated.h"
#include "platforms/conform/limits.h"
#include "platforms/conform/routing_file.h"
#include "platforms/conform/testbed.h"

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

class Vectors : public testing::TestWithParam<std::tuple<std::string, traffic::Mode, bool>> {};

TEST_P(Vectors, HaveNoDifference) {
  const auto& [file, mode, compiled] = GetParam();
  ConformOptions options;
  options.mode = mode;
  options.compiled_routes = compiled;
  const ConformReport report = conform({CXLPOOL_VECTORS "/" + file}, options);
  EXPECT_EQ(report.exit_status(), 0) << report.text();
  const Tally total = report.total();
  EXPECT_GT(total.steps, 0u);
  EXPECT_EQ(total.passed, total.steps);
  EXPECT_GT(total.through_sockets, total.steps / 2);
}

std::string test_name(const testing::TestParamInfo<Vectors::ParamType>& info) {
  const auto& [file, mode, compiled] = info.param;
  return std::filesystem::path(file).stem().string() + "_" + traffic::name_of(mode) +
         (compiled ? "_compiled" : "_hop_by_hop");
}

INSTANTIATE_TEST_SUITE_P(All, Vectors,
                         testing::Combine(testing::ValuesIn(vector_files()),
                                          testing::Values(traffic::Mode::functional,
                                                          traffic::Mode::lt),
                                          testing::Bool()),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Phases, Vectors,
                         testing::Combine(testing::ValuesIn(vector_files()),
                                          testing::Values(traffic::Mode::at),
                                          testing::Values(false)),
                         test_name);

/// A sample: what compiled routes change is the same in every file.
std::vector<std::string> every_fifth_file() {
  std::vector<std::string> sample, all = vector_files();
  for (std::size_t i = 0; i < all.size(); i += 5) sample.push_back(all[i]);
  return sample;
}
INSTANTIATE_TEST_SUITE_P(PhasesSample, Vectors,
                         testing::Combine(testing::ValuesIn(every_fifth_file()),
                                          testing::Values(traffic::Mode::at),
                                          testing::Values(true)),
                         test_name);

Tally compare_times(const RoutingFile& routing, Progress& progress) {
  ConformOptions options;
  options.mode = traffic::Mode::at;
  Checker checker(progress);
  Testbed testbed(routing.topology, options);
  testbed.bring_up(checker);
  for (const Landing& landing : routing.vectors) {
    checker.begin(landing.path);
    checker.through_sockets();
    std::vector<std::uint8_t> data(landing.length);
    const sc_core::sc_time before = sc_core::sc_time_stamp();
    const Testbed::Outcome phases = testbed.read(landing.hpa, data, checker, landing.path);
    const auto blocking = testbed.platform().direct(0).read(landing.hpa, data.data(),
                                                            static_cast<unsigned>(data.size()));
    const sc_core::sc_time two_links_and_back(4 * 20, sc_core::SC_NS);
    if (phases.delay <= two_links_and_back) {
      checker.differ(landing.path, "more than 80 ns", phases.delay.to_string());
    }
    if (phases.delay != blocking.delay) {
      checker.differ(landing.path, blocking.delay.to_string(), phases.delay.to_string());
    }
    if (sc_core::sc_time_stamp() != before + phases.delay) {
      checker.differ(landing.path, "a clock that is where the access ended",
                     sc_core::sc_time_stamp().to_string());
    }
  }
  return checker.finish();
}

/// Accesses of `--mode at` are answered in simulated time, and take what they take alone.
TEST(PhasesOf, AnAccessTakeTheTimeOfItsWay) {
  const std::string file = CXLPOOL_VECTORS "/routing/T8_w2x256_h2x512_s4x1024.json";
  const nlohmann::json document = load_json(file, longest_vector_file);
  const RoutingFile routing = read_routing_file(JsonNode(file, document));
  const Tally tally =
      run_isolated([&routing](Progress& progress) { return compare_times(routing, progress); },
                   std::chrono::seconds(60));
  EXPECT_EQ(tally.passed, tally.steps);
  EXPECT_GT(tally.steps, 100u);
  for (const Difference& each : tally.differences) {
    ADD_FAILURE() << each.path << ": expected " << each.expected << ", got " << each.got;
  }
}

TEST(VectorFiles, AreAllHere) { EXPECT_EQ(vector_files().size(), 100u); }

}  // namespace
}  // namespace cxlpool::platforms
