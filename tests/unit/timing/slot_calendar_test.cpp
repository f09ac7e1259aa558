// SPDX-License-Identifier: Apache-2.0
#include "models/timing/slot_calendar.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <boost/random/exponential_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

namespace cxlpool::timing {
namespace {

constexpr Picoseconds service = 2'500;
constexpr Picoseconds quantum = 1'000'000;

SlotCalendar calendar(Picoseconds span = 8 * quantum) { return {service, 0, 10, span}; }

TEST(SlotCalendarTest, AnEmptyOneMakesNobodyWait) {
  SlotCalendar empty = calendar();
  EXPECT_EQ(empty.book(1'000'000, 10), 0u);
  EXPECT_EQ(empty.book(400'000, 10), 0u);  // earlier, though booked later
  EXPECT_EQ(empty.book(700'000, 35), 0u);  // longer than a bin
}

TEST(SlotCalendarTest, ThoseInTheWayAreWaitedFor) {
  SlotCalendar used = calendar();
  for (unsigned i = 0; i != 1'000; ++i) {
    EXPECT_EQ(used.book(50'000, 10), i * service);
  }
  EXPECT_EQ(used.book(51'000, 0), 1'000 * service);  // no room needed, but the queue is there
  EXPECT_EQ(used.book(40'000, 10), 0u);
}

TEST(SlotCalendarTest, PartsOfABinAreSharedAndPassedOn) {
  SlotCalendar used = calendar();
  EXPECT_EQ(used.book(0, 4), 0u);
  EXPECT_EQ(used.book(0, 10), 4 * service / 10);  // six in this bin, four in the next
  EXPECT_EQ(used.book(0, 6), 14 * service / 10);
  EXPECT_EQ(used.book(0, 10), 20 * service / 10);
}

TEST(SlotCalendarTest, TheRingMovesWithTheNewestAndHoldsTheOldestAtItsStart) {
  SlotCalendar used = calendar(quantum);
  used.book(1'000'000'000, 10);
  EXPECT_GT(used.book(0, 10), 990'000'000u);
  EXPECT_EQ(used.book(999'500'000, 10), 0u);
}

TEST(SlotCalendarTest, ABacklogBeyondTheRingStillGetsTheRateAndNoMore) {
  SlotCalendar used = calendar(quantum);
  Picoseconds last = 0;
  for (unsigned i = 0; i != 10'000; ++i) {
    last = used.book(0, 10);
  }
  EXPECT_EQ(last, 9'999 * service);
}

struct Waits {
  double fifo, calendar;
};

/// 16 sources at `load` of one server. Each books a quantum ahead before the next has its turn; the
/// reference serves the same arrivals in their order.
Waits waits(double load) {
  constexpr unsigned sources = 16;
  constexpr unsigned quanta = 2'000;
  boost::random::mt19937 generator{11};
  boost::random::exponential_distribution<double> gap{load / (service * double(sources))};
  std::vector<double> next(sources);
  for (double& at : next) {
    at = gap(generator);
  }
  SlotCalendar used = calendar();
  std::vector<Picoseconds> arrivals;
  double booked = 0;
  for (unsigned turn = 1; turn <= quanta; ++turn) {
    for (double& at : next) {
      for (; at < turn * double(quantum); at += gap(generator)) {
        arrivals.push_back(static_cast<Picoseconds>(at));
        booked += static_cast<double>(used.book(arrivals.back(), 10));
      }
    }
  }
  std::sort(arrivals.begin(), arrivals.end());
  double exact = 0;
  Picoseconds free_at = 0;
  for (const Picoseconds at : arrivals) {
    const Picoseconds begin = std::max(at, free_at);
    exact += static_cast<double>(begin - at);
    free_at = begin + service;
  }
  return {exact / double(arrivals.size()), booked / double(arrivals.size())};
}

TEST(SlotCalendarTest, SourcesThatRunAheadWaitAsLongAsInAnExactQueue) {
  constexpr double unloaded = 100'000;  // of a short access over a link, in picoseconds
  for (const double load : {0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9}) {
    const Waits mean = waits(load);
    const double error = std::abs(mean.calendar - mean.fifo) / (unloaded + mean.fifo);
    std::printf("load %.0f %%: exact wait %.0f ps, calendar %.0f ps, %.3f %% of the latency\n",
                100 * load, mean.fifo, mean.calendar, 100 * error);
    EXPECT_LT(error, load <= 0.7 ? 0.01 : 0.05) << load;
  }
}

TEST(Picoseconds, ARunHasAnEnd) {
  expect_within_run(longest_run);
  EXPECT_THROW(expect_within_run(longest_run + 1), std::overflow_error);
  EXPECT_EQ(longest_run / (Picoseconds{86'400} * 1'000'000'000 * ps_per_ns), 106u);
}

/// Seconds, in a ring of microseconds: what the newest bins say is not cut.
TEST(SlotCalendarTest, ABacklogOfSecondsIsWaitedFor) {
  constexpr Picoseconds gap = 4'000'000'000;  // 4 ms
  SlotCalendar calendar{gap, 0, 720, 4'000'000};
  Picoseconds wait = 0;
  for (unsigned i = 0; i != 1'000; ++i) {
    wait = calendar.book(i, 720);
    ASSERT_NEAR(static_cast<double>(wait), static_cast<double>(i * gap), 1e6) << i;
  }
  EXPECT_GT(wait, Picoseconds{1} << 40);
}

}  // namespace
}  // namespace cxlpool::timing
