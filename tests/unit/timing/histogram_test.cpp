// SPDX-License-Identifier: Apache-2.0
#include "models/timing/histogram.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cxlpool::timing {
namespace {

Histogram of(const std::vector<Picoseconds>& values) {
  Histogram histogram;
  for (const Picoseconds value : values) histogram.record(value);
  return histogram;
}

/// Values of every size that fit 64 bits: as many short ones as long ones.
std::vector<Picoseconds> arbitrary(unsigned most_bits) {
  return *rc::gen::container<std::vector<Picoseconds>>(rc::gen::map(
      rc::gen::pair(rc::gen::inRange(0u, most_bits), rc::gen::arbitrary<std::uint64_t>()),
      [](const auto& drawn) { return drawn.second >> (63 - drawn.first); }));
}

TEST(HistogramTest, WithoutRecordsIsAllZero) {
  const Histogram none;
  EXPECT_EQ(none.count(), 0u);
  EXPECT_EQ(none.mean(), 0u);
  EXPECT_EQ(none.min(), 0u);
  EXPECT_EQ(none.max(), 0u);
  EXPECT_EQ(none.quantile(500), 0u);
}

TEST(HistogramTest, OneRecordIsEveryFigure) {
  for (const Picoseconds value :
       {Picoseconds{0}, Picoseconds{1}, Picoseconds{190'500}, UINT64_MAX}) {
    const Histogram one = of({value});
    EXPECT_EQ(one.mean(), value);
    for (const unsigned quantile : {0u, 500u, 1'000u}) EXPECT_EQ(one.quantile(quantile), value);
  }
}

TEST(HistogramTest, QuantilesAreThoseOfTheSortedRecordsWithinABucket) {
  EXPECT_TRUE(rc::check("oracle", [] {
    std::vector<Picoseconds> values = arbitrary(64);
    RC_PRE(!values.empty());
    const Histogram histogram = of(values);
    std::sort(values.begin(), values.end());
    RC_ASSERT(histogram.count() == values.size());
    RC_ASSERT(histogram.min() == values.front());
    RC_ASSERT(histogram.max() == values.back());
    for (unsigned of_1000 = 0; of_1000 <= 1'000; ++of_1000) {
      const std::size_t rank = std::max<std::size_t>((values.size() * of_1000 + 999) / 1'000, 1);
      const Picoseconds exact = values[rank - 1];
      const Picoseconds told = histogram.quantile(of_1000);
      const Picoseconds error = told > exact ? told - exact : exact - told;
      RC_ASSERT(error <= exact / 128);
    }
  }));
}

TEST(HistogramTest, MeanIsExactToHalfAPicosecond) {
  EXPECT_TRUE(rc::check("oracle", [] {
    const std::vector<Picoseconds> values = arbitrary(40);
    RC_PRE(!values.empty());
    const auto sum = std::accumulate(values.begin(), values.end(), Picoseconds{0});
    RC_ASSERT(of(values).mean() == (sum + values.size() / 2) / values.size());
  }));
}

TEST(HistogramTest, MeanOutlastsSumsOfMoreThan64Bits) {
  const Picoseconds large = UINT64_MAX - 1'000;
  const Picoseconds mean = of({large, large, large, large}).mean();
  EXPECT_LE(large - mean, 4'096u);  // what a double can tell
}

TEST(HistogramTest, MergedIsAsIfRecordedTogether) {
  EXPECT_TRUE(rc::check("merge", [] {
    const std::vector<Picoseconds> left = arbitrary(64), right = arbitrary(64);
    std::vector<Picoseconds> all = left;
    all.insert(all.end(), right.begin(), right.end());
    Histogram merged = of(left);
    merged.merge(of(right));
    const Histogram together = of(all);
    RC_ASSERT(merged.count() == together.count());
    RC_ASSERT(merged.mean() == together.mean());
    RC_ASSERT(merged.min() == together.min());
    RC_ASSERT(merged.max() == together.max());
    for (unsigned of_1000 = 0; of_1000 <= 1'000; ++of_1000) {
      RC_ASSERT(merged.quantile(of_1000) == together.quantile(of_1000));
    }
  }));
}

}  // namespace
}  // namespace cxlpool::timing
