// SPDX-License-Identifier: Apache-2.0
#include "platforms/scalar.h"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cxlpool::platforms {
namespace {

constexpr std::uint64_t max64 = std::numeric_limits<std::uint64_t>::max();

template <class T>
std::string problem(const Parsed<T>& parsed) {
  return parsed ? "(a value)" : parsed.problem();
}

template <class T>
T value(const Parsed<T>& parsed) {
  EXPECT_TRUE(parsed) << parsed.problem();
  return parsed ? *parsed : T{};
}

TEST(IntegerScalar, TakesDecimalAndHexadecimalWithUnderscores) {
  EXPECT_EQ(value(parse_integer("0")), 0u);
  EXPECT_EQ(value(parse_integer("1_000_000")), 1'000'000u);
  EXPECT_EQ(value(parse_integer("0x1_1000_0000")), 0x1'1000'0000u);
  EXPECT_EQ(value(parse_integer("0xABCDef")), 0xABCDEFu);
  EXPECT_EQ(value(parse_integer("18446744073709551615")), max64);
  EXPECT_EQ(value(parse_integer("0xFFFF_FFFF_FFFF_FFFF")), max64);
}

TEST(IntegerScalar, RefusesEverythingElseAndSaysWhatWouldBeRight) {
  const std::string expected = "expected an integer such as 4096, 1_000_000 or 0x1_0000_0000, got ";
  EXPECT_EQ(problem(parse_integer("")), expected + "nothing");
  EXPECT_EQ(problem(parse_integer("-1")), expected + "-1: it must not be negative");
  EXPECT_EQ(problem(parse_integer("010")), expected + "010: leading zeros are not allowed");
  EXPECT_EQ(problem(parse_integer("18446744073709551616")),
            expected + "18446744073709551616: it does not fit in 64 bits");
  EXPECT_EQ(problem(parse_integer("0x1_0000_0000_0000_0000")),
            expected + "0x1_0000_0000_0000_0000: it does not fit in 64 bits");
  for (const char* junk : {"_1", "1_", "1__0", "0x", "0x_1", "0x1_", "+1", "1e6", "1.0", " 1", "1 ",
                           "0X1", "0o17", "12q", "0b1", "twelve"}) {
    EXPECT_EQ(problem(parse_integer(junk)), expected + junk);
  }
}

TEST(SizeScalar, TakesBinaryUnitsPlainBytesAndExactFractions) {
  EXPECT_EQ(value(parse_size("0")), 0u);
  EXPECT_EQ(value(parse_size("256B")), 256u);
  EXPECT_EQ(value(parse_size("4KiB")), 4096u);
  EXPECT_EQ(value(parse_size("512MiB")), 512ull << 20);
  EXPECT_EQ(value(parse_size("8GiB")), 8ull << 30);
  EXPECT_EQ(value(parse_size("1TiB")), 1ull << 40);
  EXPECT_EQ(value(parse_size("2PiB")), 2ull << 50);
  EXPECT_EQ(value(parse_size("1_024MiB")), 1ull << 30);
  EXPECT_EQ(value(parse_size("0x1000")), 0x1000u);
  EXPECT_EQ(value(parse_size("0x10B")), 0x10Bu);  // hexadecimal has no units
  EXPECT_EQ(value(parse_size("1.5GiB")), 3ull << 29);
  EXPECT_EQ(value(parse_size("0.25KiB")), 256u);
  EXPECT_EQ(value(parse_size("1.50000000000000000000000KiB")), 1536u);
}

TEST(SizeScalar, RefusesEverythingElseAndSaysWhatWouldBeRight) {
  const std::string expected = "expected a size such as 512MiB, 8GiB or 256B, got ";
  EXPECT_EQ(problem(parse_size("")), expected + "nothing");
  EXPECT_EQ(problem(parse_size("512MB")),
            expected + "512MB: the unit must be B, KiB, MiB, GiB, TiB or PiB");
  EXPECT_EQ(problem(parse_size("512 MiB")),
            expected + "512 MiB: the unit must be B, KiB, MiB, GiB, TiB or PiB");
  EXPECT_EQ(problem(parse_size("-1MiB")), expected + "-1MiB: it must not be negative");
  EXPECT_EQ(problem(parse_size("16384PiB")), expected + "16384PiB: it does not fit in 64 bits");
  EXPECT_EQ(problem(parse_size("99999999999999999999B")),
            expected + "99999999999999999999B: it does not fit in 64 bits");
  EXPECT_EQ(problem(parse_size("0x1_0000_0000_0000_0000")),
            expected + "0x1_0000_0000_0000_0000: it does not fit in 64 bits");
  EXPECT_EQ(problem(parse_size("0.3KiB")),
            expected + "0.3KiB: it is not a whole number of the smallest unit");
  EXPECT_EQ(problem(parse_size("0.0000000000000000001PiB")),
            expected + "0.0000000000000000001PiB: it is not a whole number of the smallest unit");
  EXPECT_EQ(problem(parse_size("007KiB")), expected + "007KiB: leading zeros are not allowed");
  for (const char* junk : {"MiB", "1_MiB", ".5GiB", "1.GiB", "lots"}) {
    EXPECT_EQ(problem(parse_size(junk)), expected + junk);
  }
}

TEST(DurationScalar, IsInPicosecondsAndNeedsAUnit) {
  EXPECT_EQ(value(parse_duration("10ps")), 10u);
  EXPECT_EQ(value(parse_duration("25ns")), 25'000u);
  EXPECT_EQ(value(parse_duration("12.5ns")), 12'500u);
  EXPECT_EQ(value(parse_duration("1.5us")), 1'500'000u);
  EXPECT_EQ(value(parse_duration("3ms")), 3'000'000'000u);
  EXPECT_EQ(value(parse_duration("2s")), 2'000'000'000'000u);
  const std::string expected = "expected a duration such as 25ns or 1us, got ";
  EXPECT_EQ(problem(parse_duration("25")), expected + "25: the unit must be ps, ns, us, ms or s");
  EXPECT_EQ(problem(parse_duration("0.5ps")),
            expected + "0.5ps: it is not a whole number of the smallest unit");
  EXPECT_EQ(problem(parse_duration("99999999s")),
            expected + "99999999s: it does not fit in 64 bits");
}

TEST(RateScalar, IsInMegatransfers) {
  EXPECT_EQ(value(parse_rate("32GT/s")), 32'000u);
  EXPECT_EQ(value(parse_rate("2.5GT/s")), 2'500u);
  EXPECT_EQ(value(parse_rate("4800MT/s")), 4'800u);
  EXPECT_EQ(problem(parse_rate("32Gbps")),
            "expected a rate such as 32GT/s, got 32Gbps: the unit must be MT/s or GT/s");
}

TEST(PercentScalar, IsWholeAndAtMostAHundred) {
  EXPECT_EQ(value(parse_percent("0%")), 0u);
  EXPECT_EQ(value(parse_percent("70%")), 70u);
  EXPECT_EQ(value(parse_percent("100%")), 100u);
  for (const char* junk : {"101%", "70", "%", "-1%", "7.5%", "70 %"}) {
    EXPECT_EQ(problem(parse_percent(junk)),
              std::string("expected a percentage from 0% to 100%, got ") + junk);
  }
}

TEST(HundredthsScalar, TakesTwoDecimals) {
  EXPECT_EQ(value(parse_hundredths("0.99")), 99u);
  EXPECT_EQ(value(parse_hundredths("1")), 100u);
  EXPECT_EQ(value(parse_hundredths("1.2")), 120u);
  EXPECT_EQ(
      problem(parse_hundredths("0.999")),
      "expected a number with at most two decimals such as 0.99, got 0.999: it is not a whole "
      "number of the smallest unit");
}

TEST(BooleanScalar, IsTrueOrFalseAndNothingElse) {
  EXPECT_TRUE(value(parse_boolean("true")));
  EXPECT_FALSE(value(parse_boolean("false")));
  EXPECT_EQ(problem(parse_boolean("yes")), "expected true or false, got yes");
  EXPECT_EQ(problem(parse_boolean("")), "expected true or false, got nothing");
}

TEST(ScalarProblem, QuotesAHostileTextInOneShortLine) {
  const std::string hostile = std::string("\n\x01") + std::string(1'000'000, 'x');
  EXPECT_EQ(problem(parse_boolean(hostile)),
            "expected true or false, got   " + std::string(38, 'x') + "...");
}

TEST(ScalarFormat, PicksTheLargestUnitThatDivides) {
  EXPECT_EQ(format_size(0), "0B");
  EXPECT_EQ(format_size(300ull << 20), "300MiB");
  EXPECT_EQ(format_size(1ull << 30), "1GiB");
  EXPECT_EQ(format_size(257), "257B");
  EXPECT_EQ(format_duration(25'000), "25ns");
  EXPECT_EQ(format_rate(32'000), "32GT/s");
  EXPECT_EQ(format_hundredths(99), "0.99");
  EXPECT_EQ(format_hundredths(105), "1.05");
  EXPECT_EQ(format_address(0x1'1000'0000), "0x1_1000_0000");
  EXPECT_EQ(format_address(0), "0x0");
}

/// Values of every magnitude, so that every unit is met.
rc::Gen<std::uint64_t> any_magnitude() {
  return rc::gen::apply(
      [](std::uint64_t bits, unsigned shift) { return (bits | 1) << shift >> shift / 2; },
      rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange(0u, 64u));
}

RC_GTEST_PROP(ScalarFormat, IsTheInverseOfSizeParsing, ()) {
  const std::uint64_t x = *any_magnitude();
  RC_ASSERT(*parse_size(format_size(x)) == x);
}

RC_GTEST_PROP(ScalarFormat, IsTheInverseOfDurationParsing, ()) {
  const std::uint64_t x = *any_magnitude();
  RC_ASSERT(*parse_duration(format_duration(x)) == x);
}

RC_GTEST_PROP(ScalarFormat, IsTheInverseOfRateParsing, ()) {
  const std::uint64_t x = *any_magnitude();
  RC_ASSERT(*parse_rate(format_rate(x)) == x);
}

RC_GTEST_PROP(ScalarFormat, IsTheInverseOfIntegerParsing, ()) {
  const std::uint64_t x = *any_magnitude();
  RC_ASSERT(*parse_integer(format_address(x)) == x);
  RC_ASSERT(*parse_size(format_address(x)) == x);
  RC_ASSERT(*parse_integer(std::to_string(x)) == x);
}

RC_GTEST_PROP(ScalarFormat, IsTheInverseOfHundredthsParsing, ()) {
  const auto x = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
  RC_ASSERT(*parse_hundredths(format_hundredths(x)) == x);
}

RC_GTEST_PROP(ScalarParsing, AgreesWithDecimalFractionsOfAUnit, ()) {
  const auto nanoseconds = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
  const auto picoseconds = *rc::gen::inRange<std::uint64_t>(0, 1'000);
  std::string digits = std::to_string(1'000 + picoseconds).substr(1);
  const std::string text = std::to_string(nanoseconds) + "." + digits + "ns";
  RC_ASSERT(*parse_duration(text) == nanoseconds * 1'000 + picoseconds);
}

RC_GTEST_PROP(ScalarParsing, SurvivesAnyText, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::elementOf(std::string("0123456789_.xabKMGTiBpsnu/%-+ ")),
                     rc::gen::arbitrary<char>()));
  RC_ASSERT(static_cast<bool>(parse_integer(text)) == parse_integer(text).problem().empty());
  RC_ASSERT(static_cast<bool>(parse_size(text)) == parse_size(text).problem().empty());
  RC_ASSERT(static_cast<bool>(parse_duration(text)) == parse_duration(text).problem().empty());
  RC_ASSERT(static_cast<bool>(parse_rate(text)) == parse_rate(text).problem().empty());
  RC_ASSERT(static_cast<bool>(parse_percent(text)) == parse_percent(text).problem().empty());
  RC_ASSERT(static_cast<bool>(parse_hundredths(text)) == parse_hundredths(text).problem().empty());
}

TEST(Scalar, BandwidthsAreBytesASecondInPowersOfTenOrTwo) {
  EXPECT_EQ(*parse_bandwidth("45GB/s"), 45'000'000'000u);
  EXPECT_EQ(*parse_bandwidth("1.5kB/s"), 1'500u);
  EXPECT_EQ(*parse_bandwidth("800MB/s"), 800'000'000u);
  EXPECT_EQ(*parse_bandwidth("2GiB/s"), 2ull << 30);
  EXPECT_EQ(*parse_bandwidth("7B/s"), 7u);
  for (const char* bad : {"", "45", "45GB", "45 GB/s", "45gb/s", "-1GB/s", "0.5B/s", "GB/s"}) {
    EXPECT_FALSE(parse_bandwidth(bad)) << bad;
  }
  for (const std::uint64_t rate :
       {1ull, 1'500ull, 45'000'000'000ull, 1ull << 30, 2'048'000'000'000ull}) {
    EXPECT_EQ(*parse_bandwidth(format_bandwidth(rate)), rate);
  }
  EXPECT_EQ(format_bandwidth(2'048'000'000'000), "2048GB/s");
}

}  // namespace
}  // namespace cxlpool::platforms
