// SPDX-License-Identifier: Apache-2.0
#include "models/address/window.h"

#include <set>

#include <gtest/gtest.h>

#include "random_address.h"

namespace cxlpool::address {
namespace {

using Sentences = std::vector<std::string>;

FixedMemoryWindow make_window(std::uint64_t base_quanta, unsigned ways, unsigned granularity) {
  FixedMemoryWindow window;
  window.base = base_quanta * hdm_quantum;
  window.size = 4 * ways * hdm_quantum;
  window.interleave = *Interleave::from_values(ways, granularity);
  for (unsigned i = 0; i < ways; ++i) window.targets.push_back(100 + i);
  return window;
}

FixedMemoryWindow make_xor_window(unsigned ways, unsigned granularity,
                                  std::vector<std::uint64_t> maps) {
  FixedMemoryWindow window = make_window(16, ways, granularity);
  window.arithmetic = Arithmetic::exclusive_or;
  window.xor_maps = XorMaps(std::move(maps));
  return window;
}

/// Fact sheet 3.1, word for word.
unsigned reference_index(const FixedMemoryWindow& window, std::uint64_t hpa) {
  const unsigned ways = window.interleave.ways();
  const std::uint64_t granularity = window.interleave.granularity();
  if (window.arithmetic == Arithmetic::modulo) return hpa / granularity % ways;
  const unsigned count = XorMaps::needed(ways);
  unsigned index = 0;
  for (unsigned i = 0; i < count; ++i) {
    unsigned ones = 0;
    for (std::uint64_t bits = hpa & window.xor_maps.maps()[i]; bits != 0; bits >>= 1) {
      ones += bits & 1;
    }
    index += (ones % 2) << i;
  }
  if (ways % 3 == 0) index += (hpa / granularity >> count) % 3 << count;
  return index;
}

TEST(FixedMemoryWindow, ContainsItsRangeAlone) {
  const auto window = make_window(17, 3, 256);
  EXPECT_FALSE(window.contains(window.base - 1));
  EXPECT_TRUE(window.contains(window.base));
  EXPECT_TRUE(window.contains(window.base + window.size - 1));
  EXPECT_FALSE(window.contains(window.base + window.size));
  EXPECT_FALSE(window.contains(0));
  EXPECT_FALSE(window.contains(~std::uint64_t{0}));
}

TEST(FixedMemoryWindow, ContainsTheLastByteOfTheAddressSpace) {
  FixedMemoryWindow window = make_window(0, 1, 256);
  window.base = 0 - hdm_quantum;
  window.size = hdm_quantum;
  EXPECT_EQ(window.violations(), Sentences());
  EXPECT_TRUE(window.contains(~std::uint64_t{0}));
  EXPECT_FALSE(window.contains(0));
}

TEST(FixedMemoryWindow, TargetFollowsTheFactSheet) {
  std::mt19937_64 random(5);
  for (const Interleave interleave : test::every_interleave()) {
    const unsigned count = interleave.binary_ways_bits();
    for (const Arithmetic arithmetic : {Arithmetic::modulo, Arithmetic::exclusive_or}) {
      for (int i = 0; i < 1'000; ++i) {
        auto window =
            make_window(random() % 0x10'0000, interleave.ways(), interleave.granularity());
        window.arithmetic = arithmetic;
        window.xor_maps = XorMaps(
            test::random_xor_maps(random, interleave.shift(), count, interleave.shift() + count));
        ASSERT_EQ(window.violations(), Sentences());
        const std::uint64_t hpa = window.base + random() % window.size;
        ASSERT_EQ(window.target_index(hpa), reference_index(window, hpa))
            << interleave.ways() << " ways of " << interleave.granularity() << ", hpa " << hpa;
      }
    }
  }
}

// A base that is no multiple of 3 x 256 MiB is legal: the absolute address counts, so the first
// granule belongs to target (base / granularity) mod 3 and not to target 0.
TEST(FixedMemoryWindow, ThreeWaysBeginWhereTheAbsoluteAddressSays) {
  const auto window = make_window(17, 3, 256);
  ASSERT_EQ(window.violations(), Sentences());
  EXPECT_EQ(window.target_index(window.base), 2u);
  EXPECT_EQ(window.target_index(window.base + 255), 2u);
  EXPECT_EQ(window.target_index(window.base + 256), 0u);
  EXPECT_EQ(window.target_index(window.base + 512), 1u);
  EXPECT_EQ(window.target_index(window.base + 768), 2u);
  EXPECT_EQ(make_window(16, 3, 256).target_index(16 * hdm_quantum), 1u);
  EXPECT_EQ(make_window(18, 3, 256).target_index(18 * hdm_quantum), 0u);
}

TEST(FixedMemoryWindow, EveryStripeVisitsEveryTargetOnceAtAnyBase) {
  std::mt19937_64 random(6);
  for (const Interleave interleave : test::every_interleave()) {
    const unsigned ways = interleave.ways();
    for (const Arithmetic arithmetic : {Arithmetic::modulo, Arithmetic::exclusive_or}) {
      for (std::uint64_t base = 16; base < 16 + 13; ++base) {
        auto window = make_window(base, ways, interleave.granularity());
        window.arithmetic = arithmetic;
        window.xor_maps =
            XorMaps(test::random_xor_maps(random, interleave.shift(), interleave.binary_ways_bits(),
                                          interleave.shift() + interleave.binary_ways_bits()));
        const std::uint64_t stripe_bytes = std::uint64_t{ways} * interleave.granularity();
        const std::uint64_t stripe =
            window.base + random() % (window.size / stripe_bytes) * stripe_bytes;
        std::set<unsigned> visited;
        for (unsigned i = 0; i < ways; ++i) {
          const unsigned index = window.target_index(stripe + i * interleave.granularity());
          ASSERT_LT(index, ways);
          visited.insert(index);
        }
        ASSERT_EQ(visited.size(), ways)
            << ways << " ways of " << interleave.granularity() << " at quantum " << base;
      }
    }
  }
}

TEST(FixedMemoryWindow, OneWayIgnoresTheGranularity) {
  const auto window = make_window(3, 1, 4096);
  for (std::uint64_t offset = 0; offset < 65536; offset += 256) {
    EXPECT_EQ(window.target_index(window.base + offset), 0u);
  }
}

TEST(FixedMemoryWindow, RefusesAnUnalignedBase) {
  auto window = make_window(16, 2, 256);
  window.base += 0x1000;
  EXPECT_EQ(
      window.violations(),
      Sentences{"base is 0x100001000; it must be a multiple of 256 MiB, such as 0x100000000"});
}

TEST(FixedMemoryWindow, RefusesASizeThatDoesNotDivide) {
  auto window = make_window(16, 3, 256);
  window.size = 4 * hdm_quantum;
  EXPECT_EQ(window.violations(),
            Sentences{"size is 0x40000000; with 3 way(s) it must be a multiple of 3 x 256 MiB, "
                      "such as 0x30000000"});
  window.size = 0;
  EXPECT_EQ(window.violations(), Sentences{"size is 0x0; with 3 way(s) it must be a multiple of 3 "
                                           "x 256 MiB, such as 0x30000000"});
  window.size = 3 * hdm_quantum + 1;
  EXPECT_EQ(window.violations().size(), 1u);
}

TEST(FixedMemoryWindow, RefusesToRunPast2To64) {
  auto window = make_window(0, 1, 256);
  window.base = 0 - 2 * hdm_quantum;
  window.size = 2 * hdm_quantum;
  EXPECT_EQ(window.violations(), Sentences());
  window.size = 3 * hdm_quantum;
  EXPECT_EQ(window.violations(),
            Sentences{"base 0xffffffffe0000000 + size 0x30000000 runs past 2^64; size can be at "
                      "most 0x20000000 there"});
}

TEST(FixedMemoryWindow, RefusesAnotherNumberOfTargets) {
  auto window = make_window(16, 4, 256);
  window.targets.pop_back();
  EXPECT_EQ(window.violations(), Sentences{"3 target(s) given; 4 way(s) need one each, 4"});
  window.targets.resize(5);
  EXPECT_EQ(window.violations(), Sentences{"5 target(s) given; 4 way(s) need one each, 4"});
}

TEST(FixedMemoryWindow, RefusesTooFewXorMapsAndToleratesMore) {
  EXPECT_EQ(make_xor_window(4, 256, {0x404100}).violations(),
            Sentences{"1 XOR map(s) given; 4 ways need 2"});
  EXPECT_EQ(make_xor_window(4, 256, {0x404100, 0x808200, 0, 7}).violations(), Sentences());
  EXPECT_EQ(make_xor_window(1, 256, {}).violations(), Sentences());
  EXPECT_EQ(make_xor_window(3, 256, {}).violations(), Sentences());
}

TEST(FixedMemoryWindow, RefusesAZeroXorMap) {
  EXPECT_EQ(make_xor_window(2, 512, {0}).violations(),
            Sentences{"XOR map 0 is 0; its lowest set bit must be one of bits 9 to 9"});
}

TEST(FixedMemoryWindow, RefusesAnXorMapThatBeginsOutsideTheInterleaveBits) {
  EXPECT_EQ(make_xor_window(4, 256, {0x404100, 0x808400}).violations(),
            Sentences{"XOR map 1 (0x808400) has bit 10 as its lowest set bit; it must be one of "
                      "the window's interleave bits, 8 to 9"});
  EXPECT_EQ(make_xor_window(2, 512, {0x404100}).violations().size(), 1u);
}

TEST(FixedMemoryWindow, RefusesXorMapsThatShareTheirLowestBit) {
  EXPECT_EQ(make_xor_window(4, 256, {0x404200, 0x808200}).violations(),
            Sentences{"XOR maps 0 and 1 both have bit 9 as their lowest set bit; each map must "
                      "have one of bits 8 to 9 of its own"});
  EXPECT_EQ(make_xor_window(4, 256, {0x808200, 0x404100}).violations(), Sentences());
}

TEST(FixedMemoryWindow, RefusesXorMapsThatAreNotTheirOwnInverse) {
  EXPECT_EQ(make_xor_window(4, 256, {0x404300, 0x808200}).violations(),
            Sentences{"the XOR maps applied twice do not restore address 0x8000; keep the lowest "
                      "set bit of each map out of the other maps"});
  // Upstream's maps: map 0 holds the lowest bit of map 3, which has no other bit.
  EXPECT_EQ(make_xor_window(16, 256, {0x2020900, 0x4041200, 0x1010400, 0x800}).violations(),
            Sentences());
}

TEST(FixedMemoryWindow, NamesEveryFaultAtOnce) {
  auto window = make_xor_window(2, 256, {0});
  window.base = 1;
  window.size = 1;
  window.targets.clear();
  EXPECT_EQ(window.violations().size(), 4u);
}

}  // namespace
}  // namespace cxlpool::address
