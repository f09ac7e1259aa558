// SPDX-License-Identifier: Apache-2.0
#include "platforms/format.h"

#include <gtest/gtest.h>

namespace cxlpool::platforms {
namespace {

TEST(Format, SizesTakeTheLargestUnitThatLosesNothing) {
  EXPECT_EQ("0 B", human_size(0));
  EXPECT_EQ("1023 B", human_size(1023));
  EXPECT_EQ("1 KiB", human_size(1024));
  EXPECT_EQ("1025 B", human_size(1025));
  EXPECT_EQ("768 MiB", human_size(768ull << 20));
  EXPECT_EQ("8 GiB", human_size(8ull << 30));
  EXPECT_EQ("15 EiB", human_size(15ull << 60));
}

TEST(Format, RangesNameTheirLastAddress) {
  EXPECT_EQ("0x110000000..0x30fffffff (8 GiB)", human_range(0x1'1000'0000, 8ull << 30));
  EXPECT_EQ("0x1000 (empty)", human_range(0x1000, 0));
  EXPECT_EQ("0xffffffffffffff00..0xffffffffffffffff (512 B)", human_range(~0ull << 8, 512));
}

TEST(Format, DurationsKeepThreeDecimals) {
  EXPECT_EQ("0 ps", human_duration(0));
  EXPECT_EQ("999 ps", human_duration(999));
  EXPECT_EQ("25 ns", human_duration(25'000));
  EXPECT_EQ("1.25 ns", human_duration(1'250));
  EXPECT_EQ("1.005 ns", human_duration(1'005));
  EXPECT_EQ("3 us", human_duration(3'000'000));
}

TEST(Format, CountsAgreeWithTheirNoun) {
  EXPECT_EQ("1 link", counted(1, "link"));
  EXPECT_EQ("0 links", counted(0, "link"));
}

}  // namespace
}  // namespace cxlpool::platforms
