// SPDX-License-Identifier: Apache-2.0
#include "models/timing/wheel.h"

#include <map>
#include <memory>
#include <random>
#include <utility>

#include <gtest/gtest.h>

namespace cxlpool::timing {
namespace {

constexpr Picoseconds span = 128;
constexpr Picoseconds reach = 8'192 * span;  // of the ring

class Nobody final : public Actor {
 public:
  void fire(void*, Picoseconds) override {}
};

/// A wheel beside a sorted list that says what it should do.
class Pair {
 public:
  void schedule(Picoseconds at, std::uint64_t order) {
    const Event event{at, order, &nobody_, subjects_ + order % std::size(subjects_)};
    wheel_->schedule(event);
    list_.insert({{at, order}, event});
  }

  /// Takes one and says when it was due.
  Picoseconds take() {
    check_next();
    const Event event = wheel_->take();
    const Event wanted = list_.begin()->second;
    list_.erase(list_.begin());
    EXPECT_EQ(event.at, wanted.at);
    EXPECT_EQ(event.order, wanted.order);
    EXPECT_EQ(event.actor, wanted.actor);
    EXPECT_EQ(event.subject, wanted.subject);
    now_ = wanted.at;
    return now_;
  }

  void check_next() const {
    ASSERT_EQ(wheel_->size(), list_.size());
    ASSERT_EQ(wheel_->empty(), list_.empty());
    ASSERT_EQ(wheel_->next(), list_.empty() ? Wheel::never : list_.begin()->first.first);
  }

  Picoseconds now() const { return now_; }
  std::size_t size() const { return list_.size(); }

 private:
  std::unique_ptr<Wheel> wheel_ = std::make_unique<Wheel>();
  std::multimap<std::pair<Picoseconds, std::uint64_t>, Event> list_;
  Nobody nobody_;
  char subjects_[64];
  Picoseconds now_ = 0;
};

TEST(WheelTest, AnEmptyOneHasNothingToCome) {
  Wheel wheel;
  EXPECT_TRUE(wheel.empty());
  EXPECT_EQ(wheel.next(), Wheel::never);
}

TEST(WheelTest, EventsOfAnInstantComeInOrder) {
  Pair pair;
  for (const Picoseconds at : {Picoseconds{77}, reach + 5, 3 * reach}) {
    for (const std::uint64_t order : {5u, 1u, 9u, 3u, 0u, 7u}) pair.schedule(at, order);
  }
  while (pair.size() > 0) pair.take();
  pair.check_next();
}

TEST(WheelTest, EventsMayComeBeforeTheNext) {
  Pair pair;
  pair.schedule(50 * reach, 1);
  pair.check_next();
  pair.schedule(2 * reach, 2);
  pair.check_next();
  pair.schedule(100, 3);
  pair.check_next();
  EXPECT_EQ(pair.take(), 100u);
  pair.schedule(100, 4);  // in the instant that is being taken
  EXPECT_EQ(pair.take(), 100u);
  pair.schedule(101, 5);
  pair.schedule(reach, 6);
  EXPECT_EQ(pair.take(), 101u);
  EXPECT_EQ(pair.take(), reach);
  pair.schedule(2 * reach - 1, 7);
  EXPECT_EQ(pair.take(), 2 * reach - 1);
  EXPECT_EQ(pair.take(), 2 * reach);
  EXPECT_EQ(pair.take(), 50 * reach);
  pair.check_next();
}

TEST(WheelTest, SpansAtTheEdgeOfTheRingKeepTheirTurn) {
  Pair pair;
  std::uint64_t order = 0;
  for (const Picoseconds begin : {Picoseconds{0}, span, 63 * span, 64 * span, reach - span}) {
    pair.schedule(begin, ++order);
    while (pair.size() > 0) pair.take();
    for (const Picoseconds ahead : {reach - 1, reach, reach + 1, reach - span, reach + span,
                                    2 * reach - 1, 2 * reach, span - 1, span}) {
      pair.schedule(pair.now() + ahead, ++order);
    }
    pair.schedule(pair.now(), ++order);
    while (pair.size() > 0) pair.take();
    pair.schedule((pair.now() / reach + 3) * reach, ++order);  // to the start of a turn
    pair.take();
  }
}

/// From a picosecond to a second; every burst ends in an empty wheel and begins far away.
TEST(WheelTest, RandomSchedulesComeAsFromASortedList) {
  std::mt19937_64 random{5};
  for (unsigned run = 0; run != 60; ++run) {
    Pair pair;
    std::uint64_t order = 0;
    const auto ahead = [&]() -> Picoseconds {
      switch (random() % 8) {
        case 0:
          return 0;
        case 1:
          return random() % 4;
        case 2:
          return random() % span;
        case 3:
          return random() % (20 * reach);
        case 4:
          return reach - 2 * span + random() % (4 * span);
        case 5:
          return run % 4 == 0 ? random() % 1'000'000'000'000 : random() % 100'000;
        default:
          return random() % 50'000;
      }
    };
    for (unsigned burst = 0; burst != 8; ++burst) {
      const std::size_t most = 1 + random() % 400;
      for (unsigned i = 0; i != 2'000; ++i) {
        if (pair.size() < most && random() % 2 == 0) {
          // Numbers rise and fall, as those of messages and of alarms do.
          pair.schedule(pair.now() + ahead(), (++order ^ (random() % 2 << 62)));
        } else if (pair.size() > 0) {
          pair.take();
        }
        if (random() % 16 == 0) pair.check_next();
        if (HasFailure()) FAIL() << "run " << run << ", burst " << burst;
      }
      while (pair.size() > 0) pair.take();
      pair.check_next();
    }
  }
}

TEST(WheelTest, TimeMayBeNearItsEnd) {
  Pair pair;
  const Picoseconds late = Wheel::never - 10 * reach;
  pair.schedule(late, 1);
  pair.schedule(3, 2);
  pair.schedule(late + 5 * reach, 3);
  EXPECT_EQ(pair.take(), 3u);
  EXPECT_EQ(pair.take(), late);
  pair.schedule(late + 1, 4);
  EXPECT_EQ(pair.take(), late + 1);
  EXPECT_EQ(pair.take(), late + 5 * reach);
}

}  // namespace
}  // namespace cxlpool::timing
