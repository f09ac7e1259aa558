// SPDX-License-Identifier: Apache-2.0
#include "models/address/xor_map.h"

#include <gtest/gtest.h>

#include "models/address/interleave.h"
#include "random_address.h"

namespace cxlpool::address {
namespace {

TEST(XorMaps, OneMapForEachBinaryBitOfTheWays) {
  EXPECT_EQ(XorMaps::needed(1), 0u);
  EXPECT_EQ(XorMaps::needed(2), 1u);
  EXPECT_EQ(XorMaps::needed(3), 0u);
  EXPECT_EQ(XorMaps::needed(4), 2u);
  EXPECT_EQ(XorMaps::needed(6), 1u);
  EXPECT_EQ(XorMaps::needed(8), 3u);
  EXPECT_EQ(XorMaps::needed(12), 2u);
  EXPECT_EQ(XorMaps::needed(16), 4u);
  EXPECT_EQ(XorMaps::needed(5), 0u);
}

TEST(XorMaps, IndexBitsAreParities) {
  const XorMaps maps({0x404100, 0x808200});
  EXPECT_EQ(maps.index_bits(0x000000, 2), 0u);
  EXPECT_EQ(maps.index_bits(0x000100, 2), 1u);
  EXPECT_EQ(maps.index_bits(0x004100, 2), 0u);
  EXPECT_EQ(maps.index_bits(0x404100, 2), 1u);
  EXPECT_EQ(maps.index_bits(0x008000, 2), 2u);
  EXPECT_EQ(maps.index_bits(0x408000, 2), 3u);
  EXPECT_EQ(maps.index_bits(0x408000, 1), 1u);
}

TEST(XorMaps, ReplacesTheLowestBitOfEachMapAlone) {
  const XorMaps maps({0x404100, 0x808200});
  EXPECT_EQ(maps.apply(0x004000, 2), 0x004100u);
  EXPECT_EQ(maps.apply(0x004100, 2), 0x004000u);
  EXPECT_EQ(maps.apply(0x80C0FF, 2), 0x80C1FFu);
  EXPECT_EQ(maps.apply(0x408000, 1), 0x408100u);
  EXPECT_EQ(maps.apply(0x408000, 0), 0x408000u);
}

TEST(XorMaps, ZeroMapsAreSkipped) {
  EXPECT_EQ(XorMaps({0, 0x808200}).apply(~std::uint64_t{0}, 1), ~std::uint64_t{0});
  EXPECT_EQ(XorMaps({0, 0x808200}).apply(0x8000, 2), 0x8200u);
}

TEST(XorMaps, AreTheirOwnInverse) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 10'000; ++i) {
    const auto count = static_cast<unsigned>(random() % 5);
    const auto first_bit = 8 + static_cast<unsigned>(random() % 7);
    const XorMaps maps(test::random_xor_maps(random, first_bit, count, first_bit + count));
    const std::uint64_t hpa = random();
    ASSERT_EQ(maps.apply(maps.apply(hpa, count), count), hpa);
  }
}

// Why XOR belongs to the root alone: the bits that it changes are those that a device removes.
TEST(XorMaps, DoNotChangeWhatADeviceKeeps) {
  std::mt19937_64 random(4);
  for (const Interleave interleave : test::every_interleave()) {
    const unsigned count = interleave.binary_ways_bits();
    const XorMaps maps(
        test::random_xor_maps(random, interleave.shift(), count, interleave.shift() + count));
    for (int i = 0; i < 1'000; ++i) {
      const std::uint64_t hpa = random();
      ASSERT_EQ(interleave.dpa_offset(maps.apply(hpa, count)), interleave.dpa_offset(hpa));
      ASSERT_EQ(interleave.position(maps.apply(hpa, count)) & ((1u << count) - 1),
                maps.index_bits(hpa, count));
    }
  }
}

}  // namespace
}  // namespace cxlpool::address
