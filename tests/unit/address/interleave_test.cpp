// SPDX-License-Identifier: Apache-2.0
#include "models/address/interleave.h"

#include <gtest/gtest.h>

#include "models/address/xor_map.h"
#include "random_address.h"

namespace cxlpool::address {
namespace {

constexpr int iterations = 10'000;

std::string name(Interleave interleave) {
  return std::to_string(interleave.ways()) + " ways of " +
         std::to_string(interleave.granularity()) + " bytes";
}

TEST(Interleave, DefaultIsOneWayOf256Bytes) {
  EXPECT_EQ(Interleave(), *Interleave::from_values(1, 256));
  EXPECT_EQ(Interleave().ways(), 1u);
  EXPECT_EQ(Interleave().granularity(), 256u);
}

TEST(Interleave, CodesAndValuesAgree) {
  for (unsigned ways_code = 0; ways_code < 256; ++ways_code) {
    for (unsigned granularity_code = 0; granularity_code < 256; ++granularity_code) {
      const auto ways = decode_ways(ways_code);
      const auto granularity = decode_granularity(granularity_code);
      const auto interleave = Interleave::from_codes(ways_code, granularity_code);
      ASSERT_EQ(interleave.has_value(), ways && granularity)
          << "codes " << ways_code << ", " << granularity_code;
      if (!interleave) continue;
      EXPECT_EQ(interleave->ways(), *ways);
      EXPECT_EQ(interleave->granularity(), *granularity);
      EXPECT_EQ(interleave->ways_code(), ways_code);
      EXPECT_EQ(interleave->granularity_code(), granularity_code);
      EXPECT_EQ(interleave, Interleave::from_values(*ways, *granularity));
    }
  }
  EXPECT_FALSE(Interleave::from_values(5, 256));
  EXPECT_FALSE(Interleave::from_values(2, 300));
  EXPECT_FALSE(Interleave::from_values(2, 32768));
}

// The definition of an interleave: granules are dealt in turn, and each way packs its own.
TEST(Interleave, DealsGranulesInTurn) {
  for (const Interleave interleave : test::every_interleave()) {
    SCOPED_TRACE(name(interleave));
    for (std::uint64_t granule = 0; granule < 4 * interleave.ways(); ++granule) {
      for (const std::uint32_t low : {0u, 1u, interleave.granularity() - 1}) {
        const std::uint64_t hpa = granule * interleave.granularity() + low;
        ASSERT_EQ(interleave.position(hpa), granule % interleave.ways());
        ASSERT_EQ(interleave.dpa_offset(hpa),
                  granule / interleave.ways() * interleave.granularity() + low);
      }
    }
  }
}

TEST(Interleave, RoundTripsFromEitherEnd) {
  std::mt19937_64 random(1);
  for (const Interleave interleave : test::every_interleave()) {
    SCOPED_TRACE(name(interleave));
    const std::uint64_t hpa_end = (std::uint64_t{1} << dpa_bits) * interleave.ways();
    for (int i = 0; i < iterations; ++i) {
      const std::uint64_t hpa = random() % hpa_end;
      const unsigned position = interleave.position(hpa);
      ASSERT_LT(position, interleave.ways());
      ASSERT_EQ(interleave.hpa_offset(interleave.dpa_offset(hpa), position), hpa);

      const std::uint64_t dpa = random() >> (64 - dpa_bits);
      const auto to = static_cast<unsigned>(random() % interleave.ways());
      const std::uint64_t back = interleave.hpa_offset(dpa, to);
      ASSERT_EQ(interleave.dpa_offset(back), dpa) << "position " << to;
      ASSERT_EQ(interleave.position(back), to) << "dpa " << dpa;
    }
  }
}

// Fact sheet 3.5, for every root level that a region of these ways can have: one with fewer binary
// ways, and the factor 3 if the region has it.
TEST(Interleave, RoundTripsFromEitherEndUnderXorMaps) {
  std::mt19937_64 random(2);
  for (const Interleave region : test::every_interleave()) {
    SCOPED_TRACE(name(region));
    const std::uint64_t hpa_end = (std::uint64_t{1} << dpa_bits) * region.ways();
    unsigned count = 0;
    XorMaps maps;
    for (int i = 0; i < iterations; ++i) {
      if (i % 100 == 0) {
        count = static_cast<unsigned>(random() % (region.binary_ways_bits() + 1));
        maps =
            XorMaps(test::random_xor_maps(random, region.shift(), count, region.shift() + count));
      }
      const std::uint64_t hpa = random() % hpa_end;
      const std::uint64_t dpa = region.dpa_offset(hpa);
      const unsigned position = region.position(maps.apply(hpa, count));
      ASSERT_EQ(maps.apply(region.hpa_offset(dpa, position), count), hpa) << count << " maps";

      const std::uint64_t dpa_from = random() >> (64 - dpa_bits);
      const auto to = static_cast<unsigned>(random() % region.ways());
      const std::uint64_t back = maps.apply(region.hpa_offset(dpa_from, to), count);
      ASSERT_EQ(region.dpa_offset(back), dpa_from) << count << " maps, position " << to;
      ASSERT_EQ(region.position(maps.apply(back, count)), to) << count << " maps";
    }
  }
}

TEST(Interleave, TheWayUpDropsDpaBitsAbove52) {
  for (const Interleave interleave : test::every_interleave()) {
    const std::uint64_t dpa = 0x000F'1234'5678'9ABC;
    EXPECT_EQ(interleave.hpa_offset(dpa | 0xFFF0'0000'0000'0000, 0), interleave.hpa_offset(dpa, 0))
        << name(interleave);
  }
}

TEST(Interleave, TheWayDownKeepsAll64Bits) {
  const auto interleave = *Interleave::from_values(16, 256);
  EXPECT_EQ(interleave.dpa_offset(~std::uint64_t{0}), ~std::uint64_t{0} >> 4);
}

}  // namespace
}  // namespace cxlpool::address
