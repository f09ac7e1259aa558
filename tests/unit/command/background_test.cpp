// SPDX-License-Identifier: Apache-2.0
#include "models/command/background.h"

#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "fixture.h"

namespace cxlpool::command {
namespace {

struct Operation : ::testing::Test {
  test::ManualClock clock;
  BackgroundOperation operation{clock};
  int completed = 0;
  int aborted = 0;
  int ends = 0;

  void start(Nanoseconds duration) {
    operation.on_end([this] { ++ends; });
    operation.start(
        Opcode::sanitize, duration, [this] { return ++completed, ReturnCode::success; },
        [this] { return ++aborted, ReturnCode::aborted; });
  }
};

TEST_F(Operation, HasNoDeadlineWhileIdle) {
  EXPECT_FALSE(operation.deadline());
  EXPECT_EQ(operation.opcode(), 0);
}

TEST_F(Operation, CompletesAtItsDeadlineAndNotBefore) {
  clock.time = 50;
  start(100);
  EXPECT_EQ(operation.deadline(), 150u);
  operation.advance(149);
  EXPECT_TRUE(operation.running());
  operation.advance(150);
  EXPECT_FALSE(operation.running());
  EXPECT_EQ(completed, 1);
  EXPECT_EQ(ends, 1);
  EXPECT_EQ(operation.percent(), 100u);
  EXPECT_EQ(operation.opcode(), 0x4400);
  operation.advance(1000);
  EXPECT_EQ(completed, 1);
}

TEST_F(Operation, TellsHowFarItIs) {
  start(1000);
  clock.time = 420;
  EXPECT_EQ(operation.percent(), 42u);
}

TEST_F(Operation, MayStartAnotherFromItsEnd) {
  operation.start(Opcode::scan_media, 10, [this] { return ReturnCode::success; });
  operation.on_end([this] {
    if (operation.opcode() == 0x4304) start(10);
  });
  operation.advance(10);
  EXPECT_TRUE(operation.running());
  EXPECT_EQ(operation.opcode(), 0x4400);
}

TEST_F(Operation, CannotStartWhileOneRuns) {
  start(10);
  EXPECT_THROW(start(10), std::logic_error);
}

TEST_F(Operation, IsAbortedBelow85Percent) {
  start(100);
  clock.time = 84;
  EXPECT_EQ(operation.request_abort(true), ReturnCode::success);
  EXPECT_FALSE(operation.running());
  EXPECT_EQ(operation.return_code(), ReturnCode::aborted);
  EXPECT_EQ(operation.percent(), 84u);
  EXPECT_EQ(aborted, 1);
  EXPECT_EQ(ends, 1);
  operation.advance(100);
  EXPECT_EQ(completed, 0);
}

TEST_F(Operation, FinishesInSpiteOfAnAbortFrom85PercentOn) {
  start(100);
  clock.time = 85;
  EXPECT_EQ(operation.request_abort(true), ReturnCode::success);
  EXPECT_TRUE(operation.running());
  operation.advance(100);
  EXPECT_EQ(operation.return_code(), ReturnCode::success);
}

TEST_F(Operation, AbortOfAnIdleOneSucceedsIfTheLastCouldBeAborted) {
  EXPECT_EQ(operation.request_abort(true), ReturnCode::success);
  EXPECT_EQ(operation.request_abort(false), ReturnCode::background_abort_not_supported);
}

TEST_F(Operation, OfEndlessLengthDoesNotWrap) {
  clock.time = 1000;
  start(std::numeric_limits<Nanoseconds>::max());
  EXPECT_EQ(operation.deadline(), std::numeric_limits<Nanoseconds>::max());
  EXPECT_EQ(operation.percent(), 0u);
}

}  // namespace
}  // namespace cxlpool::command
