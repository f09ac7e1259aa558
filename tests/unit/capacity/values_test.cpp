// SPDX-License-Identifier: Apache-2.0
// Tags, regions, entries and refusals: the values that requests are made of.
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "device.h"

namespace cxlpool::capacity::test {
namespace {

RC_GTEST_PROP(Tags, TextAndBytesAreInverse, (const std::array<std::uint8_t, 16>& bytes)) {
  const Tag tag{bytes};
  const std::optional<Tag> parsed = Tag::parse(tag.to_string());
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == tag);
}

TEST(Tags, BytesAreInTheOrderOfTheText) {
  const std::optional<Tag> tag = Tag::parse("5BE13bce-ae34-4a77-b6c3-16df975fcf1a");
  ASSERT_TRUE(tag);
  EXPECT_EQ(tag->bytes[0], 0x5B);
  EXPECT_EQ(tag->bytes[15], 0x1A);
  EXPECT_EQ(tag->to_string(), "5be13bce-ae34-4a77-b6c3-16df975fcf1a");
  EXPECT_TRUE(Tag::null().is_null());
  EXPECT_FALSE(tag->is_null());
}

TEST(Tags, WhatIsNoUuidIsRefused) {
  for (const char* text :
       {"", "5be13bce", "5be13bceae344a77b6c316df975fcf1a", "5be13bce-ae34-4a77-b6c3-16df975fcf1",
        "5be13bce-ae34-4a77-b6c3-16df975fcf1a0", "5be13bce-ae34-4a77-b6c3-16df975fcf1g",
        "5be13bce-ae34-4a77-b6c31-6df975fcf1a", "{be13bce-ae34-4a77-b6c3-16df975fcf1}"}) {
    EXPECT_FALSE(Tag::parse(text)) << text;
  }
}

/// The faults of two good regions, once something is wrong with the second.
template <typename Spoil>
std::size_t faults(Spoil&& spoil) {
  std::vector<Region> regions = two_regions().regions;
  spoil(regions[1]);
  return check_regions(regions, 256 * mib).size();
}

TEST(Regions, EachRuleIsAFaultOfItsOwn) {
  EXPECT_EQ(faults([](Region&) {}), 0u);
  EXPECT_EQ(faults([](Region& r) { r.base += 2 * mib; }), 1u);
  EXPECT_EQ(faults([](Region& r) { r.base = 256 * mib; }), 1u);
  EXPECT_EQ(faults([](Region& r) { r.base = 0ull - 256 * mib; }), 1u);
  EXPECT_EQ(faults([](Region& r) { r.decode_length = 257 * mib; }), 1u);
  EXPECT_EQ(faults([](Region& r) { r.length = 258 * mib; }), 1u);
  EXPECT_EQ(faults([](Region& r) { r.length = 0; }), 1u);
  EXPECT_EQ(faults([](Region& r) { r.length = 3 * mib; }), 1u);
  EXPECT_EQ(faults([](Region& r) { r.block = 3 * mib; }), 1u);
  EXPECT_EQ(faults([](Region& r) { r.block = 32; }), 1u);
  EXPECT_EQ(faults([](Region& r) { r.block = 0; }), 1u);
  EXPECT_EQ(faults([](Region& r) { r.dsmad_handle = 256; }), 1u);
}

TEST(Regions, OneToEightAboveTheStaticCapacity) {
  EXPECT_EQ(check_regions({}).size(), 1u);
  std::vector<Region> nine(9, two_regions().regions[0]);
  for (std::size_t i = 0; i < nine.size(); ++i) nine[i].base = i * 256 * mib;
  EXPECT_EQ(check_regions(nine).size(), 1u);
  nine.pop_back();
  EXPECT_TRUE(check_regions(nine).empty());
  EXPECT_EQ(check_regions(nine, 1).size(), 1u);
}

TEST(Regions, ADeviceWithBadOnesIsNotMade) {
  DynamicCapacity::Config config = two_regions();
  config.regions[0].length = 1;
  EXPECT_THROW(DynamicCapacity{config}, std::invalid_argument);
  config = two_regions(257);
  EXPECT_THROW(DynamicCapacity{config}, std::invalid_argument);
}

TEST(Entries, AreInOneRegionAndNeverPast64Bits) {
  const std::vector<Region> regions = two_regions().regions;
  const auto check = [&](std::uint64_t base, std::uint64_t length) {
    return check_entries(regions, {{base, length}});
  };
  EXPECT_EQ(check(256 * mib, 256 * mib), Refusal::none);
  EXPECT_EQ(check(256 * mib, 258 * mib), Refusal::outside_regions);
  EXPECT_EQ(check(0, block), Refusal::outside_regions);
  EXPECT_EQ(check(768 * mib, 0), Refusal::outside_regions);
  EXPECT_EQ(check(0ull - block, 2 * block), Refusal::outside_regions);
  EXPECT_EQ(check(256 * mib + block, 0ull - block), Refusal::outside_regions);
  EXPECT_EQ(check(256 * mib, 0), Refusal::zero_length);
  EXPECT_EQ(check(256 * mib + mib, block), Refusal::misaligned);
  EXPECT_EQ(check(256 * mib, mib), Refusal::misaligned);
}

TEST(Entries, TheFirstBadOneDecides) {
  const Device device;
  const DpaRange good = device.range(0, 4), over = device.range(3, 2), outside{0, block};
  const std::vector<Region>& regions = device.capacity.regions();
  EXPECT_EQ(check_entries(regions, {good, over, outside}), Refusal::list_overlap);
  EXPECT_EQ(check_entries(regions, {good, outside, over}), Refusal::outside_regions);
  EXPECT_EQ(check_entries(regions, {over, good}), Refusal::list_overlap);
  EXPECT_EQ(check_entries(regions, {good, device.range(4, 1)}), Refusal::none);
}

TEST(Entries, AnOffsetIntoARegionDoesNotWrap) {
  const Region region = two_regions().regions[0];
  EXPECT_EQ(range_in(region, block, block), (DpaRange{256 * mib + block, block}));
  EXPECT_FALSE(range_in(region, 256 * mib, block));
  EXPECT_FALSE(range_in(region, ~0ull, 2));
  EXPECT_FALSE(range_in(region, 2, ~0ull));
}

TEST(Refusals, EveryOneHasItsWords) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < refusal_count; ++i) {
    EXPECT_STRNE(text(Refusal(i)), "");
    names.insert(name(Refusal(i)));
  }
  EXPECT_EQ(names.size(), refusal_count);
  EXPECT_STREQ(name(Refusal::bad_backend), "bad_backend");
}

}  // namespace
}  // namespace cxlpool::capacity::test
