// SPDX-License-Identifier: Apache-2.0
#include "models/timing/heads.h"

#include <random>

#include <gtest/gtest.h>

#include "models/timing/transit.h"

namespace cxlpool::timing {
namespace {

TEST(Heads, AgreeWithAPlainListWhateverWaits) {
  std::mt19937_64 random(3);
  for (const std::size_t inputs : {1u, 2u, 63u, 64u, 65u, 128u, 300u}) {
    std::vector<Transit> transits(inputs);
    std::vector<Transit*> list(inputs, nullptr);
    Heads heads;
    heads.grow(inputs);
    ASSERT_EQ(heads.size(), inputs);
    for (int round = 0; round < 400; ++round) {
      const std::size_t input = random() % inputs;
      list[input] = random() % 3 == 0 ? &transits[input] : nullptr;
      heads.set(input, list[input]);
      std::vector<Transit*> seen, expected;
      heads.for_each([&](Transit& head) { seen.push_back(&head); });
      for (Transit* head : list) {
        if (head) expected.push_back(head);
      }
      ASSERT_EQ(seen, expected);
      ASSERT_EQ(heads[input], list[input]);
      if (expected.empty()) continue;
      const std::size_t from = random() % (inputs + 1);  // one past the end too
      std::size_t at = from % inputs;
      while (!list[at]) at = (at + 1) % inputs;
      ASSERT_EQ(heads.next(from), at);
    }
  }
}

TEST(Heads, GrowWithoutForgettingWhoWaits) {
  Transit first, last;
  Heads heads;
  heads.grow(1);
  heads.set(0, &first);
  for (const std::size_t inputs : {2u, 64u, 65u, 200u}) {
    heads.grow(inputs);
    ASSERT_EQ(heads.size(), inputs);
    EXPECT_EQ(heads[0], &first);
    EXPECT_EQ(heads.next(1), 0u);
    heads.set(inputs - 1, &last);
    EXPECT_EQ(heads.next(1), inputs - 1);
    heads.set(inputs - 1, nullptr);
  }
}

}  // namespace
}  // namespace cxlpool::timing
