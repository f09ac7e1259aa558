// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/splitter.h"

#include <vector>

#include <gtest/gtest.h>

namespace cxlpool::qmp {
namespace {

using Kind = Splitter::Piece::Kind;

std::vector<std::string> pieces(Splitter& splitter) {
  std::vector<std::string> found;
  while (auto piece = splitter.next()) {
    found.push_back(piece->kind == Kind::value ? piece->text : "!" + piece->text);
  }
  return found;
}

std::vector<std::string> split(const std::string& text) {
  Splitter splitter;
  splitter.push(text);
  return pieces(splitter);
}

using Texts = std::vector<std::string>;

TEST(Splitter, ValuesNeedNothingBetweenThem) {
  EXPECT_EQ(split("{\"a\":1}{}[1,2]\"s\"{}"), (Texts{"{\"a\":1}", "{}", "[1,2]", "\"s\"", "{}"}));
}

TEST(Splitter, AnyWhiteSpaceMayStandBetweenThem) {
  EXPECT_EQ(split(" \r\n{}\t\n\n {} "), (Texts{"{}", "{}"}));
}

TEST(Splitter, BracesWithinStringsDoNotNest) {
  const std::string text = R"({"a":"}{\"}","b":"\\"})";
  EXPECT_EQ(split(text + "{}"), (Texts{text, "{}"}));
}

TEST(Splitter, ABareWordEndsAtWhiteSpaceOrTheNextValue) {
  EXPECT_EQ(split("hello {}}x{}"), (Texts{"hello", "{}", "}x", "{}"}));
  EXPECT_EQ(split("hell"), Texts{});
}

TEST(Splitter, TheSameHoweverItIsCut) {
  const std::string text = "{\"a\":[{},\"\\\"}\"]} x\n[]\xFF{\"b\n{}";
  const Texts whole = split(text);
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      Splitter splitter;
      Texts found;
      for (const std::string& part :
           {text.substr(0, first), text.substr(first, second - first), text.substr(second)}) {
        splitter.push(part);
        for (std::string& piece : pieces(splitter)) found.push_back(std::move(piece));
      }
      ASSERT_EQ(found, whole) << first << ' ' << second;
    }
  }
}

TEST(Splitter, AStringThatALineEndBreaksOffCostsOneError) {
  EXPECT_EQ(split("{\"execute\": \"que\n{}"),
            (Texts{"!JSON parse error, control character in a string", "{}"}));
}

TEST(Splitter, ByteFFStartsAnew) {
  EXPECT_EQ(split("{\"a\": [\xFF{}"), (Texts{"!JSON parse error, invalid byte 0xFF", "{}"}));
}

TEST(Splitter, NestingHasALimitBeyondWhichNothingFollows) {
  const std::string deep(Splitter::max_depth, '[');
  EXPECT_EQ(split(deep + std::string(Splitter::max_depth, ']')).size(), 1u);
  Splitter splitter;
  splitter.push(deep + "[{}");
  const auto piece = splitter.next();
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->kind, Kind::fatal);
  splitter.push("{}");
  EXPECT_FALSE(splitter.next());
}

TEST(Splitter, AValueHasALimitWhateverItIsMadeOf) {
  for (const char* start : {"{\"a\": \"", "[", "x", "\"", "[\"\\"}) {
    Splitter splitter;
    splitter.push(start);
    std::size_t pushed = 0;
    std::optional<Splitter::Piece> piece;
    for (; !piece && pushed < 4 * Splitter::max_value_bytes; pushed += 1 << 16) {
      splitter.push(std::string(1 << 16, 'n'));
      piece = splitter.next();
    }
    ASSERT_TRUE(piece) << start;
    EXPECT_EQ(piece->kind, Kind::fatal) << start;
    EXPECT_LE(pushed, Splitter::max_value_bytes + (2 << 16)) << start;
  }
}

TEST(Splitter, SpaceWithoutEndIsNoValue) {
  Splitter splitter;
  for (int i = 0; i < 64; ++i) {
    splitter.push(std::string(1 << 16, ' '));
    EXPECT_FALSE(splitter.next());
  }
  EXPECT_FALSE(splitter.within_value());
}

}  // namespace
}  // namespace cxlpool::qmp
