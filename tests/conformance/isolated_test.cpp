// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/isolated.h"

#include <csignal>
#include <stdexcept>
#include <unistd.h>

#include <gtest/gtest.h>

namespace cxlpool::platforms {
namespace {

constexpr std::chrono::seconds ample{60};

TEST(Isolated, ResultOfTheChildComesBackWhole) {
  const std::string expected = "caf\xC3\xA9 \"quoted\"\n";
  const Tally tally = run_isolated(
      [&](Progress& progress) {
        Checker checker(progress);
        for (int i = 0; i < 3000; ++i) {
          checker.begin("steps[" + std::to_string(i) + "]");
          checker.through_sockets();
          if (i % 2 == 0) checker.differ("a path", expected, std::string(10'000, 'x'));
        }
        return checker.finish();
      },
      ample);
  EXPECT_EQ(tally.steps, 3000u);
  EXPECT_EQ(tally.passed, 1500u);
  EXPECT_EQ(tally.through_sockets, 3000u);
  EXPECT_EQ(tally.difference_count, 1500u);
  ASSERT_EQ(tally.differences.size(), Tally::kept);
  EXPECT_EQ(tally.differences.back().expected, expected);
  EXPECT_EQ(tally.differences.back().got.size(), 10'000u);
}

Tally run_to_step_2(const std::function<void()>& then, std::chrono::seconds limit) {
  return run_isolated(
      [&](Progress& progress) {
        Checker checker(progress);
        checker.begin("steps[1]");
        checker.begin("steps[2]");
        then();
        return checker.finish();
      },
      limit);
}

void expect_one_at_step_2(const Tally& tally, const std::string& got) {
  ASSERT_EQ(tally.difference_count, 1u);
  EXPECT_EQ(tally.differences[0].path, "steps[2]");
  EXPECT_NE(tally.differences[0].got.find(got), std::string::npos) << tally.differences[0].got;
}

TEST(Isolated, ChildThatDiesIsADifferenceAtItsStep) {
  expect_one_at_step_2(run_to_step_2([] { raise(SIGKILL); }, ample), "signal Killed");
}

TEST(Isolated, ChildThatExitsWithoutResultIsADifference) {
  expect_one_at_step_2(run_to_step_2([] { _exit(3); }, ample), "exit status 3");
  expect_one_at_step_2(run_to_step_2([] { _exit(0); }, ample), "without a result");
}

TEST(Isolated, ChildThatThrowsIsADifferenceWithItsReason) {
  expect_one_at_step_2(run_to_step_2([] { throw std::runtime_error("no memory left"); }, ample),
                       "no memory left");
}

TEST(Isolated, ChildThatHangsIsADifferenceAndIsEnded) {
  const Tally tally = run_to_step_2(
      [] {
        for (;;) pause();
      },
      std::chrono::seconds(1));
  expect_one_at_step_2(tally, "nothing within 1 s");
}

}  // namespace
}  // namespace cxlpool::platforms
