// SPDX-License-Identifier: Apache-2.0
#include "models/timing/batch_means.h"

#include <cmath>
#include <cstdlib>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <gtest/gtest.h>

namespace cxlpool::timing {
namespace {

TEST(BatchMeans, SayNothingOfFewRecords) {
  BatchMeans means;
  for (unsigned i = 0; i < 511; ++i) means.record(i);
  EXPECT_FALSE(means.half_width());
  means.record(511);
  EXPECT_TRUE(means.half_width());
}

TEST(BatchMeans, AreCertainOfAConstant) {
  BatchMeans means;
  for (unsigned i = 0; i < 5'000; ++i) means.record(150'000);
  EXPECT_EQ(means.half_width(), 0u);
}

TEST(BatchMeans, KeepThirtyTwoToSixtyThreeBatches) {
  BatchMeans means;
  for (std::uint64_t i = 1; i <= 100'000; ++i) {
    means.record(i);
    ASSERT_LT(means.batches(), 64u);
    ASSERT_TRUE(i < 64 || means.batches() >= 32u);
    ASSERT_LE(means.batches() * means.length(), i);
    ASSERT_GT((means.batches() + 1) * means.length(), i);
  }
}

/// 32 batches of 16 with these means: the textbook's formula, with t for 31 degrees of freedom.
TEST(BatchMeans, AgreeWithTheTextbook) {
  BatchMeans means;
  double sum = 0, squares = 0;
  for (unsigned batch = 0; batch < 32; ++batch) {
    const unsigned mean = 100'000 + batch * batch * 100;
    for (unsigned i = 0; i < 16; ++i) means.record(i % 2 == 0 ? mean - 7 : mean + 7);
    sum += mean;
    squares += static_cast<double>(mean) * mean;
  }
  const double variance = (squares - sum * sum / 32) / 31;
  constexpr double t = 2.039513;
  EXPECT_NEAR(static_cast<double>(means.half_width().value()), t * std::sqrt(variance / 32), 2);
}

/// Of records that depend on their neighbours, the interval holds the true mean about 95 times of
/// 100; what their own scatter would say would hold it far less often.
TEST(BatchMeans, HoldTheTrueMeanOfDependentRecords) {
  boost::random::mt19937_64 random(7);
  boost::random::uniform_int_distribution<int> noise(-1'000, 1'000);
  constexpr double true_mean = 100'000;
  unsigned held = 0, held_by_scatter = 0;
  for (unsigned repetition = 0; repetition < 400; ++repetition) {
    BatchMeans means;
    double at = 0, sum = 0, squares = 0;
    constexpr unsigned records = 20'000;
    for (unsigned i = 0; i < records; ++i) {
      at = 0.9 * at + noise(random);
      const auto value = static_cast<Picoseconds>(true_mean + at);
      means.record(value);
      sum += static_cast<double>(value);
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
    const double mean = sum / records;
    const double off = std::abs(mean - true_mean + 0.5);  // casts round down
    held += off <= static_cast<double>(means.half_width().value());
    const double scatter = std::sqrt((squares / records - mean * mean) / records);
    held_by_scatter += off <= 1.96 * scatter;
  }
  EXPECT_GE(held, 365u);
  EXPECT_LE(held, 395u);
  EXPECT_LT(held_by_scatter, 250u);
}

}  // namespace
}  // namespace cxlpool::timing
