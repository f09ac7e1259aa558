// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

/// Register codes of HDM decoders and windows (sources.md 1.3). Every function returns nothing for
/// a code or value that the specification does not define.
namespace cxlpool::address {

/// Interleave ways: 0..4 are 1, 2, 4, 8, 16; 8..10 are 3, 6, 12.
std::optional<unsigned> decode_ways(unsigned code);
std::optional<std::uint8_t> encode_ways(std::uint64_t ways);

/// Interleave granularity in bytes: code n is 256 << n, n = 0..6.
std::optional<std::uint32_t> decode_granularity(unsigned code);
std::optional<std::uint8_t> encode_granularity(std::uint64_t bytes);

/// Number of HDM decoders of a component: 1, 2, 4, 6 .. 32 (not a plain number).
std::optional<unsigned> decode_decoder_count(unsigned code);
std::optional<std::uint8_t> encode_decoder_count(std::uint64_t count);

}  // namespace cxlpool::address
