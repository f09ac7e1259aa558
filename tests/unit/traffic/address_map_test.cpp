// SPDX-License-Identifier: Apache-2.0
#include "traffic/address_map.h"

#include <map>
#include <stdexcept>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cxlpool::traffic {
namespace {

TEST(IdentityMap, PassesAddressesInsideAWindowAndNoOthers) {
  AddressMap map = AddressMap::identity({{0x8000, 0x1000}, {0x1000, 0x1000}});
  const auto status = [&](std::uint64_t address, std::uint32_t size) {
    const MapResult result = map.map(address, size);
    if (result.status == MapStatus::ok) {
      EXPECT_EQ(result.hpa, address);
    }
    return result.status;
  };
  EXPECT_EQ(status(0x1000, 1), MapStatus::ok);
  EXPECT_EQ(status(0x1FC0, 64), MapStatus::ok);
  EXPECT_EQ(status(0x1FC1, 64), MapStatus::outside);
  EXPECT_EQ(status(0xFFF, 1), MapStatus::outside);
  EXPECT_EQ(status(0x2000, 1), MapStatus::outside);
  EXPECT_EQ(status(0x8000, 4096), MapStatus::ok);
  EXPECT_EQ(status(0x9000, 1), MapStatus::outside);
  EXPECT_EQ(status(UINT64_MAX, 1), MapStatus::outside);
  EXPECT_EQ(map.contiguous(0x1FFF, 4096), 4096u);
}

TEST(IdentityMap, PassesAnAccessOverTheSeamOfTwoWindows) {
  AddressMap map = AddressMap::identity({{0x2000, 0x1000}, {0x1000, 0x1000}});
  EXPECT_EQ(map.map(0x1FFF, 2).status, MapStatus::ok);
}

TEST(IdentityMap, NamesTheWindowsToAnAddressOutside) {
  const AddressMap map = AddressMap::identity({{0x1000, 0x1000}});
  const std::string text = map.describe(MapStatus::outside, 0x9000, 64);
  EXPECT_NE(text.find("0x9000"), std::string::npos);
  EXPECT_NE(text.find("0x1000-0x1fff"), std::string::npos);
}

TEST(FirstTouchMap, PlacesPagesInTheOrderInWhichTheyAreTouched) {
  AddressMap map = AddressMap::first_touch({0x10000, 0x3000});
  EXPECT_EQ(map.map(0x7fff'1238, 8).hpa, 0x10238u);
  EXPECT_EQ(map.map(0x1000, 8).hpa, 0x11000u);
  EXPECT_EQ(map.map(0x7fff'1000, 8).hpa, 0x10000u);
  EXPECT_EQ(map.map(UINT64_MAX, 1).hpa, 0x12FFFu);
  EXPECT_EQ(map.pages_used(), 3u);
}

TEST(FirstTouchMap, SaysThatTheRangeIsFullAndKeepsThePagesThereAre) {
  AddressMap map = AddressMap::first_touch({0x10000, 0x1FFF});
  EXPECT_EQ(map.pages(), 1u);
  EXPECT_EQ(map.map(0, 8).status, MapStatus::ok);
  EXPECT_EQ(map.map(0x1000, 8).status, MapStatus::exhausted);
  EXPECT_EQ(map.map(8, 8).status, MapStatus::ok);
  EXPECT_NE(map.describe(MapStatus::exhausted, 0x1000, 8).find("larger range"), std::string::npos);
}

TEST(FirstTouchMap, UsesWholePagesOnly) {
  EXPECT_EQ(AddressMap::first_touch({0x10001, 0x1FFF}).pages(), 1u);
  EXPECT_EQ(AddressMap::first_touch({0x10001, 0x1FFE}).pages(), 0u);
  EXPECT_EQ(AddressMap::first_touch({0x10001, 1}).pages(), 0u);
  AddressMap map = AddressMap::first_touch({0x10001, 0x1FFF});
  EXPECT_EQ(map.map(0x5000, 1).hpa, 0x11000u);
}

TEST(FirstTouchMap, RefusesAPieceThatCrossesAPageAndSplitsItInstead) {
  AddressMap map = AddressMap::first_touch({0, 1 << 20});
  EXPECT_EQ(map.map(0xFFC, 8).status, MapStatus::crosses_page);
  EXPECT_EQ(map.contiguous(0xFFC, 8), 4u);
  EXPECT_EQ(map.contiguous(0x1000, 8), 8u);
}

TEST(FirstTouchMap, AgreesWithAPlainTableForAnySequence) {
  EXPECT_TRUE(rc::check("oracle", [](const std::vector<std::uint16_t>& touches) {
    const auto pages = *rc::gen::inRange<std::uint64_t>(1, 64);
    AddressMap map = AddressMap::first_touch({0x40000, pages * 4096});
    std::map<std::uint64_t, std::uint64_t> table;
    for (const std::uint16_t touch : touches) {
      const std::uint64_t page = touch % 1024;  // pages 256 apart share a place in the cache
      if (table.count(page) == 0 && table.size() < pages) {
        const std::uint64_t hpa = 0x40000 + table.size() * 4096;
        table[page] = hpa;
      }
      const MapResult result = map.map(page * 4096 + touch / 1024, 1);
      RC_ASSERT((result.status == MapStatus::ok) == (table.count(page) == 1));
      if (result.status == MapStatus::ok) RC_ASSERT(result.hpa == table[page] + touch / 1024);
    }
  }));
}

TEST(AddressMap, RefusesRangesThatAreNone) {
  EXPECT_THROW(AddressMap::identity({}), std::invalid_argument);
  EXPECT_THROW(AddressMap::identity({{0x1000, 0}}), std::invalid_argument);
  EXPECT_THROW(AddressMap::identity({{UINT64_MAX, 2}}), std::invalid_argument);
  EXPECT_THROW(AddressMap::first_touch({UINT64_MAX - 10, 4096}), std::invalid_argument);
}

}  // namespace
}  // namespace cxlpool::traffic
