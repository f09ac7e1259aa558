// SPDX-License-Identifier: Apache-2.0
#include "traffic/measurement.h"

#include <gtest/gtest.h>

namespace cxlpool::traffic {
namespace {

TEST(Measurement, WithoutSpansIsOfTheWholeRun) {
  Measurement all;
  EXPECT_EQ(all.from(), 0u);
  EXPECT_EQ(all.until(), Measurement::never);
  EXPECT_TRUE(all.completed(0));
  EXPECT_TRUE(all.completed(Measurement::never - 1));
}

TEST(Measurement, ByTimeTakesFromTheEndOfTheWarmUpToItsOwn) {
  Measurement measurement({1'000, 0}, {500, 0});
  EXPECT_FALSE(measurement.completed(999));
  EXPECT_TRUE(measurement.completed(1'499));
  EXPECT_TRUE(measurement.completed(1'000));  // loosely timed hosts tell them in any order
  EXPECT_FALSE(measurement.completed(1'500));
  EXPECT_EQ(measurement.from(), 1'000u);
  EXPECT_EQ(measurement.until(), 1'500u);
}

TEST(Measurement, ByRequestsTakesJustSoMany) {
  Measurement measurement({0, 3}, {0, 2});
  int changes = 0;
  measurement.changed = [&] { ++changes; };
  EXPECT_EQ(measurement.from(), Measurement::never);
  for (const timing::Picoseconds at : {10u, 30u, 20u}) EXPECT_FALSE(measurement.completed(at));
  EXPECT_EQ(measurement.from(), 30u);
  EXPECT_EQ(changes, 1);
  EXPECT_FALSE(measurement.completed(25));  // told late
  EXPECT_TRUE(measurement.completed(31));
  EXPECT_TRUE(measurement.completed(40));
  EXPECT_EQ(measurement.until(), 40u);
  EXPECT_EQ(changes, 2);
  EXPECT_FALSE(measurement.completed(35));
  EXPECT_FALSE(measurement.completed(41));
}

TEST(Measurement, MixesTheTwo) {
  Measurement measurement({0, 1}, {100, 0});
  EXPECT_FALSE(measurement.completed(7));
  EXPECT_EQ(measurement.until(), 107u);
  EXPECT_TRUE(measurement.completed(106));
  EXPECT_FALSE(measurement.completed(107));
}

TEST(Measurement, EndsWhereTheRunIsStopped) {
  Measurement measurement({100, 0}, {100, 0}, 150);
  EXPECT_EQ(measurement.until(), 150u);
  EXPECT_TRUE(measurement.completed(149));
  EXPECT_FALSE(measurement.completed(150));
}

TEST(Measurement, NeverBeginsWhenTheWarmUpDoesNotEnd) {
  Measurement measurement({200, 0}, {}, 150);
  EXPECT_FALSE(measurement.completed(140));
  EXPECT_LT(measurement.until(), measurement.from());
}

}  // namespace
}  // namespace cxlpool::traffic
