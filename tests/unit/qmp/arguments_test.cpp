// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/arguments.h"

#include <limits>

#include <gtest/gtest.h>

#include "platforms/qmp/hex.h"

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

std::string problem(const std::vector<Member>& members, const std::string& arguments) {
  const auto error = check_arguments({members, {}, {}}, json::parse(arguments));
  return error ? error->desc : "";
}

TEST(Arguments, IntegersHaveTheRangesOfTheirTypes) {
  const std::vector<std::pair<ValueType, std::pair<std::int64_t, std::uint64_t>>> types = {
      {uint8_type(), {0, 255}},
      {uint16_type(), {0, 65535}},
      {uint32_type(), {0, 0xFFFFFFFF}},
      {int16_type(), {-32768, 32767}},
  };
  for (const auto& [type, range] : types) {
    const std::vector<Member> members = {required("n", type)};
    const std::string expects = "Parameter 'n' expects " + type.name;
    const auto [least, most] = range;
    EXPECT_EQ(problem(members, json{{"n", least}}.dump()), "");
    EXPECT_EQ(problem(members, json{{"n", most}}.dump()), "");
    EXPECT_EQ(problem(members, json{{"n", least - 1}}.dump()), expects);
    EXPECT_EQ(problem(members, json{{"n", most + 1}}.dump()), expects);
    EXPECT_EQ(problem(members, R"({"n": 18446744073709551615})"), expects);
  }
}

TEST(Arguments, SixtyFourBitsAreExact) {
  for (const ValueType& type : {uint64_type(), size_type()}) {
    const std::vector<Member> members = {required("n", type)};
    EXPECT_EQ(problem(members, R"({"n": 18446744073709551615})"), "");
    EXPECT_EQ(problem(members, R"({"n": -1})"), "Parameter 'n' expects " + type.name);
    EXPECT_EQ(problem(members, R"({"n": 18446744073709551616})"),
              "Invalid parameter type for 'n', expected: integer");
  }
}

TEST(Arguments, AFractionOrAStringIsNoInteger) {
  for (const char* value : {"1.0", "1e3", "\"1\"", "null", "true", "[]", "{}"}) {
    EXPECT_EQ(problem({required("n", uint8_type())}, std::string("{\"n\": ") + value + "}"),
              "Invalid parameter type for 'n', expected: integer");
  }
}

TEST(Arguments, EveryTypeRefusesTheOthers) {
  const auto expected = [](const ValueType& type, const char* value) {
    return problem({required("p", type)}, std::string("{\"p\": ") + value + "}");
  };
  const std::string start = "Invalid parameter type for 'p', expected: ";
  EXPECT_EQ(expected(string_type(), "1"), start + "string");
  EXPECT_EQ(expected(boolean_type(), "1"), start + "boolean");
  EXPECT_EQ(expected(array_type(string_type()), "{}"), start + "array");
  EXPECT_EQ(expected(object_type("T", {}), "[]"), start + "object");
  EXPECT_EQ(expected(enum_type("T", {"a"}), "1"), start + "string");
  EXPECT_EQ(expected(bytes_type(), "1"), start + "string");
  EXPECT_EQ(expected(string_type(), "null"), start + "string");
}

TEST(Arguments, AnEnumerationTakesItsValuesOnly) {
  const std::vector<Member> members = {required("policy", enum_type("T", {"a", "b"}))};
  EXPECT_EQ(problem(members, R"({"policy": "b"})"), "");
  EXPECT_EQ(problem(members, R"({"policy": "bogus"})"),
            "Parameter 'policy' does not accept value 'bogus'");
  EXPECT_EQ(problem(members, R"({"policy": "B"})"), "Parameter 'policy' does not accept value 'B'");
}

TEST(Arguments, MembersWithinArraysAreNamedByTheirPath) {
  const std::vector<Member> members = {
      required("extents", array_type(object_type("T", {required("len", uint8_type())})))};
  EXPECT_EQ(problem(members, R"({"extents": []})"), "");
  EXPECT_EQ(problem(members, R"({"extents": [{"len": 1}, {}]})"),
            "Parameter 'extents[1].len' is missing");
  EXPECT_EQ(problem(members, R"({"extents": [{"len": 1, "x": 1}]})"),
            "Parameter 'extents[0].x' is unexpected");
  EXPECT_EQ(problem(members, R"({"extents": [1]})"),
            "Invalid parameter type for 'extents[0]', expected: object");
  EXPECT_EQ(problem(members, R"({"extents": [{"len": 256}]})"),
            "Parameter 'extents[0].len' expects uint8_t");
}

TEST(Arguments, MissingComesBeforeUnexpected) {
  const std::vector<Member> members = {required("a", string_type()), optional("b", string_type())};
  EXPECT_EQ(problem(members, R"({"c": 1})"), "Parameter 'a' is missing");
  EXPECT_EQ(problem(members, R"({"a": "", "c": 1})"), "Parameter 'c' is unexpected");
  EXPECT_EQ(problem(members, R"({"a": ""})"), "");
  EXPECT_EQ(problem(members, R"({"a": "", "b": null})"),
            "Invalid parameter type for 'b', expected: string");
}

TEST(Arguments, AnUnexpectedNameIsQuotedShort) {
  const std::string name(5000, 'x');
  EXPECT_LT(problem({}, json{{name, 1}}.dump()).size(), 200u);
}

TEST(Arguments, TheDiscriminatorDecidesWhatElseThereIs) {
  Signature signature;
  signature.members = {required("type", enum_type("T", {"one", "two"}))};
  signature.discriminator = "type";
  signature.branches = {{"one", {required("a", string_type())}}, {"two", {}}};
  const auto check = [&](const char* text) {
    const auto error = check_arguments(signature, json::parse(text));
    return error ? error->desc : "";
  };
  EXPECT_EQ(check(R"({"type": "one"})"), "Parameter 'a' is missing");
  EXPECT_EQ(check(R"({"type": "one", "a": "x"})"), "");
  EXPECT_EQ(check(R"({"type": "two", "a": "x"})"), "Parameter 'a' is unexpected");
  EXPECT_EQ(check(R"({"type": "six"})"), "Parameter 'type' does not accept value 'six'");
}

TEST(Hex, BytesAndTextAreInverses) {
  std::vector<std::uint8_t> all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(from_hex(to_hex(all)), all);
  EXPECT_EQ(to_hex({0x0A, 0xF0}), "0af0");
  EXPECT_EQ(from_hex("0AfF"), (std::vector<std::uint8_t>{0x0A, 0xFF}));
  EXPECT_EQ(from_hex(""), std::vector<std::uint8_t>{});
}

TEST(Hex, AnOddDigitOrAnotherCharacterIsNone) {
  for (const char* text : {"0", "0g", "0x10", " 0", "-1", "000"}) EXPECT_FALSE(from_hex(text));
  EXPECT_EQ(problem({required("d", bytes_type())}, R"({"d": "abc"})"),
            "Parameter 'd' expects an even number of hex digits");
}

}  // namespace
}  // namespace cxlpool::qmp
