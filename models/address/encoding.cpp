// SPDX-License-Identifier: Apache-2.0
#include "models/address/encoding.h"

#include <cstddef>

namespace cxlpool::address {
namespace {

// Indexed by code; 0 marks a reserved one.
constexpr std::uint8_t ways_of_code[] = {1, 2, 4, 8, 16, 0, 0, 0, 3, 6, 12};
constexpr std::uint8_t decoders_of_code[] = {1, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32};
constexpr unsigned granularity_codes = 7;

template <std::size_t N>
std::optional<unsigned> decode(const std::uint8_t (&table)[N], unsigned code) {
  if (code >= N || table[code] == 0) return std::nullopt;
  return table[code];
}

template <std::size_t N>
std::optional<std::uint8_t> encode(const std::uint8_t (&table)[N], std::uint64_t value) {
  for (std::size_t code = 0; code < N; ++code) {
    if (table[code] == value && value != 0) return static_cast<std::uint8_t>(code);
  }
  return std::nullopt;
}

}  // namespace

std::optional<unsigned> decode_ways(unsigned code) { return decode(ways_of_code, code); }

std::optional<std::uint8_t> encode_ways(std::uint64_t ways) { return encode(ways_of_code, ways); }

std::optional<std::uint32_t> decode_granularity(unsigned code) {
  if (code >= granularity_codes) return std::nullopt;
  return 256u << code;
}

std::optional<std::uint8_t> encode_granularity(std::uint64_t bytes) {
  for (unsigned code = 0; code < granularity_codes; ++code) {
    if (bytes == 256u << code) return static_cast<std::uint8_t>(code);
  }
  return std::nullopt;
}

std::optional<unsigned> decode_decoder_count(unsigned code) {
  return decode(decoders_of_code, code);
}

std::optional<std::uint8_t> encode_decoder_count(std::uint64_t count) {
  return encode(decoders_of_code, count);
}

}  // namespace cxlpool::address
