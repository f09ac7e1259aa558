// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// What accesses carry. Words are 8 bytes, little-endian in memory, at addresses that are multiples
/// of 8. All functions are pure, and the same on every machine.
namespace cxlpool::traffic {

/// A bijection of the 64-bit integers (the finalizer of splitmix64):
///
///     x ^= x >> 30; x *= 0xbf58476d1ce4e5b9; x ^= x >> 27; x *= 0x94d049bb133111eb; x ^= x >> 31
constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// The word that the pattern `interleaved` keeps at `address`: mix(address + 0x9e3779b97f4a7c15),
/// sums modulo 2^64. No two addresses share a word, so that a read which arrives at the wrong place
/// is always seen. A tool that seeds media for the option `seeded` writes these 8 bytes,
/// little-endian, at base, base + granule, base + 2 * granule and so on.
constexpr std::uint64_t unique_word(std::uint64_t address) {
  return mix(address + 0x9e3779b97f4a7c15u);
}

/// The word that write number `serial` of an initiator carries at `word_address` (RequestSource's
/// default data). Any other address or serial gives unrelated bytes.
constexpr std::uint64_t written_word(std::uint64_t word_address, std::uint64_t serial) {
  return mix(unique_word(word_address) ^ mix(serial * 0x9e3779b97f4a7c15u + 1));
}

inline std::uint64_t load_word(const std::uint8_t* data) {
  std::uint64_t word = 0;
  for (unsigned byte = 0; byte < 8; ++byte) word |= std::uint64_t{data[byte]} << (8 * byte);
  return word;
}

inline void store_word(std::uint8_t* data, std::uint64_t word) {
  for (unsigned byte = 0; byte < 8; ++byte)
    data[byte] = static_cast<std::uint8_t>(word >> 8 * byte);
}

}  // namespace cxlpool::traffic
