// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/zipf.h"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "initiator.h"
#include "traffic/patterns/zipf_distribution.h"

namespace cxlpool::traffic {
namespace {

double harmonic(std::uint64_t items, double exponent) {
  double sum = 0;
  for (std::uint64_t k = items; k > 0; --k) sum += std::pow(static_cast<double>(k), -exponent);
  return sum;
}

TEST(ZipfDistribution, DrawsEveryRankAsOftenAsTheLawSays) {
  constexpr int draws = 200'000;
  for (const std::uint64_t items : {1u, 2u, 3u, 7u, 64u, 100u, 513u}) {
    for (const std::uint32_t percent : {0u, 1u, 50u, 99u, 100u, 101u, 150u, 300u}) {
      const double exponent = percent / 100.0;
      const double total = harmonic(items, exponent);
      const ZipfDistribution zipf(items, percent);
      Random random(items * 1000 + percent);
      std::vector<int> hits(items + 1);
      for (int i = 0; i < draws; ++i) {
        const std::uint64_t rank = zipf.draw(random);
        ASSERT_GE(rank, 1u);
        ASSERT_LE(rank, items);
        ++hits[rank];
      }
      double chi_squared = 0;
      int cells = 0;
      for (std::uint64_t rank = 1; rank <= items; ++rank) {
        const double expected = draws * std::pow(static_cast<double>(rank), -exponent) / total;
        if (expected < 5) continue;
        chi_squared += (hits[rank] - expected) * (hits[rank] - expected) / expected;
        ++cells;
      }
      // 5 sigma of a chi-squared variable
      EXPECT_LT(chi_squared, cells + 5 * std::sqrt(2.0 * cells)) << items << " items, " << percent;
    }
  }
}

TEST(ZipfDistribution, GivesTheTopItemOfAMillionItsTheoreticalShare) {
  constexpr int draws = 500'000;
  const double share = 1 / harmonic(1'000'000, 0.99);
  const ZipfDistribution zipf(1'000'000, 99);
  Random random(5);
  int top = 0;
  for (int i = 0; i < draws; ++i) top += zipf.draw(random) == 1;
  EXPECT_NEAR(top, draws * share, 5 * std::sqrt(draws * share));
}

TEST(ZipfDistribution, WorksAtTheEndsOfItsRange) {
  Random random(1);
  for (const std::uint64_t items : {std::uint64_t{1} << 58, (std::uint64_t{1} << 58) - 1}) {
    for (const std::uint32_t percent : {0u, 99u, 1000u}) {
      const ZipfDistribution zipf(items, percent);
      for (int i = 0; i < 1000; ++i) {
        const std::uint64_t rank = zipf.draw(random);
        ASSERT_GE(rank, 1u);
        ASSERT_LE(rank, items);
      }
    }
  }
}

TEST(ZipfPattern, GivesEveryRankASlotOfItsOwn) {
  for (const std::uint64_t lines : {1u, 2u, 6u, 64u, 1000u, 4097u}) {
    PatternOptions options;
    options.size = lines * 64;
    const ZipfPattern pattern(options);
    ASSERT_EQ(pattern.slots(), lines);
    std::set<std::uint64_t> slots;
    for (std::uint64_t rank = 1; rank <= lines; ++rank) slots.insert(pattern.slot_address(rank));
    EXPECT_EQ(slots.size(), lines);
    EXPECT_LE(*slots.rbegin() + 64, options.size);
  }
}

TEST(ZipfPattern, StrewsTheHottestSlotsOverTheRange) {
  PatternOptions options;
  options.size = 1 << 20;
  const ZipfPattern pattern(options);
  std::set<std::uint64_t> eighths;
  for (std::uint64_t rank = 1; rank <= 16; ++rank) {
    eighths.insert(pattern.slot_address(rank) / (options.size / 8));
  }
  EXPECT_EQ(eighths.size(), 8u);
}

}  // namespace
}  // namespace cxlpool::traffic
