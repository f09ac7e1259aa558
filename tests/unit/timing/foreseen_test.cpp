// SPDX-License-Identifier: Apache-2.0
#include "models/timing/foreseen.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace cxlpool::timing {
namespace {

/// As ForeseenQueue says it, without a ring: a list that is sorted anew each time.
class SortedList {
 public:
  void insert(const Foreseen& message) {
    list_.push_back(message);
    std::stable_sort(list_.begin(), list_.end(),
                     [](const Foreseen& a, const Foreseen& b) { return a.begin < b.begin; });
  }
  void pop_front() { list_.erase(list_.begin()); }
  const std::vector<Foreseen>& list() const { return list_; }

  std::uint32_t waiting(Picoseconds time, std::uint32_t round) const {
    return static_cast<std::uint32_t>(
        std::count_if(list_.begin(), list_.end(), [&](const Foreseen& each) {
          const bool begins_later =
              each.begin > time || (each.begin == time && each.begin_round() >= round);
          return each.ready <= time && begins_later;
        }));
  }

 private:
  std::vector<Foreseen> list_;
};

TEST(ForeseenQueueTest, IsAListSortedByBegin) {
  std::mt19937_64 random{7};
  ForeseenQueue queue;
  SortedList list;
  std::uint32_t serial = 0;  // tells those apart that begin together
  for (unsigned step = 0; step < 20'000; ++step) {
    // Fills and empties by turns, so that the ring grows and its start comes around.
    const bool fills = step / 200 % 2 == 0;
    if (random() % 8 < (fills ? 5u : 3u) || queue.empty()) {
      const Picoseconds ready = step / 4 + random() % 4;
      const Picoseconds begin = ready + random() % 3 * (random() % 20);
      const Foreseen message{begin, ready, 1, static_cast<std::uint32_t>(random() % 3), serial++};
      queue.insert(message);
      list.insert(message);
    } else {
      queue.pop_front();
      list.pop_front();
    }
    ASSERT_EQ(queue.size(), list.list().size());
    for (std::size_t i = 0; i < queue.size(); ++i) {
      ASSERT_EQ(queue[i].queue, list.list()[i].queue) << "at " << i << " in step " << step;
    }
    const Picoseconds time = step / 4 + random() % 16;
    const auto round = static_cast<std::uint32_t>(random() % 3);
    ASSERT_EQ(queue.waiting(time, round), list.waiting(time, round)) << "in step " << step;
  }
}

}  // namespace
}  // namespace cxlpool::timing
