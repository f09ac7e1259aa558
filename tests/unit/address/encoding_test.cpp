// SPDX-License-Identifier: Apache-2.0
#include "models/address/encoding.h"

#include <map>

#include <gtest/gtest.h>

namespace cxlpool::address {
namespace {

/// Every code of a byte against `defined`, and every value up to the largest and powers of two
/// beyond against its inverse.
template <typename Decode, typename Encode>
void expect_inverses(const std::map<unsigned, std::uint64_t>& defined, Decode decode,
                     Encode encode) {
  std::map<std::uint64_t, unsigned> inverse;
  for (unsigned code = 0; code < 256; ++code) {
    const auto entry = defined.find(code);
    const auto value = decode(code);
    ASSERT_EQ(value.has_value(), entry != defined.end()) << "code " << code;
    if (!value) continue;
    EXPECT_EQ(*value, entry->second) << "code " << code;
    inverse[entry->second] = code;
  }
  const auto expect_code = [&](std::uint64_t value) {
    const auto entry = inverse.find(value);
    const auto code = encode(value);
    ASSERT_EQ(code.has_value(), entry != inverse.end()) << "value " << value;
    if (code) {
      EXPECT_EQ(*code, entry->second) << "value " << value;
    }
  };
  for (std::uint64_t value = 0; value <= 40000; ++value) expect_code(value);
  for (unsigned bit = 15; bit < 64; ++bit) {
    expect_code(std::uint64_t{1} << bit);
    expect_code((std::uint64_t{1} << bit) + 256);  // equal to a legal value in its low bits
  }
}

TEST(Encoding, WaysOfEveryCode) {
  expect_inverses({{0, 1}, {1, 2}, {2, 4}, {3, 8}, {4, 16}, {8, 3}, {9, 6}, {10, 12}}, decode_ways,
                  encode_ways);
}

TEST(Encoding, GranularityOfEveryCode) {
  expect_inverses({{0, 256}, {1, 512}, {2, 1024}, {3, 2048}, {4, 4096}, {5, 8192}, {6, 16384}},
                  decode_granularity, encode_granularity);
}

TEST(Encoding, DecoderCountOfEveryCode) {
  expect_inverses({{0, 1},
                   {1, 2},
                   {2, 4},
                   {3, 6},
                   {4, 8},
                   {5, 10},
                   {6, 12},
                   {7, 14},
                   {8, 16},
                   {9, 20},
                   {10, 24},
                   {11, 28},
                   {12, 32}},
                  decode_decoder_count, encode_decoder_count);
}

TEST(Encoding, CodesBeyondAByteAreReserved) {
  EXPECT_FALSE(decode_ways(256));
  EXPECT_FALSE(decode_granularity(0xFFFF));
  EXPECT_FALSE(decode_granularity(0x80000000));
  EXPECT_FALSE(decode_decoder_count(0xFFFFFFFF));
}

}  // namespace
}  // namespace cxlpool::address
