// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/free_space.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cxlpool::capacity {
namespace {

constexpr std::uint64_t base = 1000, size = 100;

/// 100 bytes of which these are taken.
FreeSpace with(const std::vector<DpaRange>& taken) {
  FreeSpace space({base, size});
  for (const DpaRange& range : taken) space.take({base + range.base, range.length});
  return space;
}

TEST(FreeSpace, FreeTakesOnePieceFromEachGapLowestFirst) {
  const FreeSpace space = with({{10, 10}, {30, 10}});
  const std::vector<DpaRange> pieces = space.pick(25, 3);
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[0], (DpaRange{base, 10}));
  EXPECT_EQ(pieces[1], (DpaRange{base + 20, 10}));
  EXPECT_EQ(pieces[2], (DpaRange{base + 40, 5}));
  EXPECT_TRUE(space.pick(25, 2).empty());
  EXPECT_TRUE(space.pick(81, 9).empty());
  EXPECT_EQ(space.pick(80, 3).size(), 3u);
}

TEST(FreeSpace, ContiguousIsTheLowestGapThatIsLongEnough) {
  const FreeSpace space = with({{10, 10}, {32, 8}, {50, 10}});  // gaps of 10, 12, 10 and 40
  EXPECT_EQ(space.pick_contiguous(10)->base, base);
  EXPECT_EQ(space.pick_contiguous(11)->base, base + 20);
  EXPECT_EQ(space.pick_contiguous(13)->base, base + 60);
  EXPECT_FALSE(space.pick_contiguous(41));
}

TEST(FreeSpace, FragmentationIsTheShareOutsideTheLongestGap) {
  const Fragmentation one = with({}).fragmentation();
  EXPECT_EQ(one.gaps, 1u);
  EXPECT_EQ(one.ratio(), 0.0);
  const Fragmentation two = with({{20, 20}}).fragmentation();
  EXPECT_EQ(two.free_bytes, 80u);
  EXPECT_EQ(two.largest, 60u);
  EXPECT_EQ(two.gaps, 2u);
  EXPECT_EQ(two.ratio(), 0.25);
  EXPECT_EQ(with({{0, 100}}).fragmentation().ratio(), 0.0);
}

TEST(FreeSpace, TakingWhatIsNotFreeIsABug) {
  FreeSpace space = with({{10, 10}});
  EXPECT_THROW(space.take({base + 5, 6}), std::logic_error);
  EXPECT_THROW(space.take({base + 12, 1}), std::logic_error);
  EXPECT_THROW(space.take({base - 1, 1}), std::logic_error);
}

RC_GTEST_PROP(FreeSpace, GapsAreWhatAByteMapSays, (const std::vector<std::uint16_t>& choices)) {
  FreeSpace space({base, size});
  std::vector<bool> taken(size);
  for (const std::uint16_t choice : choices) {
    const std::size_t first = choice % size, length = 1 + choice / size % 8;
    if (first + length > size) continue;
    bool all = true, none = true;
    for (std::size_t i = first; i < first + length; ++i) (taken[i] ? none : all) = false;
    if (!all && !none) continue;
    none ? space.take({base + first, length}) : space.give_back({base + first, length});
    std::fill_n(taken.begin() + static_cast<std::ptrdiff_t>(first), length, none);
  }
  std::uint64_t free_bytes = 0, gaps = 0, run = 0, largest = 0;
  std::size_t fits = size;  // the lowest gap of 5
  for (std::size_t i = 0; i < size; ++i) {
    run = taken[i] ? 0 : run + 1;
    gaps += run == 1;
    free_bytes += run != 0;
    largest = std::max(largest, run);
    if (run == 5) fits = std::min(fits, i - 4);
  }
  const Fragmentation found = space.fragmentation();
  RC_ASSERT(found.free_bytes == free_bytes && found.gaps == gaps && found.largest == largest);
  const std::optional<DpaRange> five = space.pick_contiguous(5);
  const std::uint64_t expected = fits == size ? 0 : base + fits;
  RC_ASSERT((five ? five->base : 0) == expected);
}

}  // namespace
}  // namespace cxlpool::capacity
