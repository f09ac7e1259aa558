// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/access_map.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "device.h"

namespace cxlpool::capacity::test {
namespace {

/// 64-byte blocks, so that ranges cross words and pages of the map.
std::vector<Region> fine_regions() {
  std::vector<Region> regions = two_regions().regions;
  for (Region& region : regions) region.block = 64;
  return regions;
}

RC_GTEST_PROP(AccessMap, IsWhatASetOfBlocksSays, (const std::vector<std::uint32_t>& choices)) {
  constexpr std::uint64_t around = 4096 * 64 * 3;  // an edge of pages
  AccessMap map(fine_regions());
  std::set<std::uint64_t> blocks;
  for (const std::uint32_t choice : choices) {
    const std::uint64_t first = choice % 9000, count = 1 + choice / 9000 % 5000;
    const bool on = choice % 3 != 0;
    map.set(0, {256 * mib + around + first * 64, count * 64}, on);
    for (std::uint64_t i = first; i < first + count; ++i) {
      on ? (void)blocks.insert(i) : (void)blocks.erase(i);
    }
  }
  for (std::uint64_t i = 0; i < 14100; ++i) {
    const std::uint64_t dpa = 256 * mib + around + i * 64;
    const bool here = blocks.count(i) != 0, next = blocks.count(i + 1) != 0;
    RC_ASSERT(map.accessible(dpa + i % 64) == here);
    RC_ASSERT(map.accessible(DpaRange{dpa + 63, 2}) == (here && next));
  }
}

TEST(AccessMap, NothingIsAccessibleOutsideRegionsOrAcrossThem) {
  AccessMap map(fine_regions());
  map.set(0, {256 * mib, 256 * mib}, true);
  map.set(1, {512 * mib, 256 * mib}, true);
  EXPECT_TRUE(map.accessible(DpaRange{256 * mib, 256 * mib}));
  EXPECT_FALSE(map.accessible(256 * mib - 1));
  EXPECT_FALSE(map.accessible(768 * mib));
  EXPECT_FALSE(map.accessible(DpaRange{512 * mib - 1, 2}));
  EXPECT_FALSE(map.accessible(DpaRange{768 * mib - 1, 2}));
  EXPECT_FALSE(map.accessible(DpaRange{512 * mib, ~0ull}));
  EXPECT_FALSE(map.accessible(DpaRange{512 * mib, 0}));
}

}  // namespace
}  // namespace cxlpool::capacity::test
