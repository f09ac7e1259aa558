// SPDX-License-Identifier: Apache-2.0
#include "models/timing/pipe_server.h"

#include <gtest/gtest.h>

namespace cxlpool::timing {
namespace {

Message lines(unsigned count) {
  Message message;
  message.lines = static_cast<std::uint8_t>(count);
  return message;
}

TEST(PipeServerTest, WithoutAGapNothingWaits) {
  PipeServer pipe{{25'000}};
  for (unsigned i = 0; i != 10; ++i) {
    EXPECT_EQ(pipe.book(lines(4), 100), 25'100u);
    const Server::Service service = pipe.serve(lines(4), 100 + i, 0);
    EXPECT_EQ(service.free_at, 100u + i);
    EXPECT_EQ(service.done_at, 25'100u + i);
  }
  EXPECT_EQ(pipe.alone(lines(1)), 25'000u);
}

TEST(PipeServerTest, GapsHoldBackTheNextOneAndNotTheMessage) {
  PipeServer pipe{{25'000, 500, 1'000}};
  const Server::Service service = pipe.serve(lines(3), 1'000, 1'000);
  EXPECT_EQ(service.done_at, 26'000u);
  EXPECT_EQ(service.free_at, 4'500u);
  EXPECT_EQ(pipe.book(lines(3), 1'000), 26'000u);
}

TEST(PipeServerTest, BookingsInAnyOrderGetTheRateAndNoMore) {
  PipeServer pipe{{0, 1'000}};
  for (unsigned i = 0; i != 100; ++i) {
    EXPECT_EQ(pipe.book(lines(1), 50'000), 50'000u + i * 1'000);
  }
  EXPECT_EQ(pipe.book(lines(1), 20'000), 20'000u);
}

}  // namespace
}  // namespace cxlpool::timing
