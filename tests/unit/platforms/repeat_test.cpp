// SPDX-License-Identifier: Apache-2.0
#include "platforms/repeat.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace cxlpool::platforms {
namespace {

std::string copy(const char* text, std::uint64_t index) {
  const Parsed<std::string> result = substitute(text, index);
  return result ? *result : "problem: " + result.problem();
}

TEST(Repeat, PutsTheIndexAndSimpleArithmeticOnItIntoText) {
  EXPECT_EQ(copy("plain", 5), "plain");
  EXPECT_EQ(copy("h{i}", 5), "h5");
  EXPECT_EQ(copy("{i+1}", 5), "6");
  EXPECT_EQ(copy("{i-5}", 5), "0");
  EXPECT_EQ(copy("{i*4}GiB", 5), "20GiB");
  EXPECT_EQ(copy("sw{i/2}.ds{i%2}", 5), "sw2.ds1");
  EXPECT_EQ(copy("{i*4+1}", 5), "21");
  EXPECT_EQ(copy("{i/4%4}", 23), "1");
  EXPECT_EQ(copy("{i*0x1000_0000}", 2), "536870912");
}

TEST(Repeat, RefusesWhatIsNotArithmeticOnTheIndex) {
  for (const char* text :
       {"{j}", "{}", "{i+}", "{i**2}", "{i+1*4}", "{i 1}", "{i+-1}", "{1}", "{ii}", "{i+1.5}"}) {
    EXPECT_EQ(copy(text, 1), std::string("problem: ") + text +
                                 ": expected {i}, or such as {i+1}, {i*4}, {i/2}, {i%2}");
  }
  for (const char* text : {"{i", "i}", "{i}}", "}{"}) {
    EXPECT_EQ(copy(text, 1), "problem: braces that do not match; expected such as {i}") << text;
  }
}

TEST(Repeat, RefusesResultsThatAreNoUnsignedIntegers) {
  EXPECT_EQ(copy("{i-2}", 1), "problem: {i-2}: is negative");
  EXPECT_EQ(copy("{i/0}", 1), "problem: {i/0}: divides by zero");
  EXPECT_EQ(copy("{i%0}", 1), "problem: {i%0}: divides by zero");
  EXPECT_EQ(copy("{i*0xFFFF_FFFF_FFFF_FFFF}", 2),
            "problem: {i*0xFFFF_FFFF_FFFF_FFFF}: does not fit in 64 bits");
}

TEST(Repeat, RefusesBracesWhereNothingRepeats) {
  const auto result = substitute("h{i}", {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.problem(), "h{i} has braces, which need a repeat in the same entry");
}

}  // namespace
}  // namespace cxlpool::platforms
