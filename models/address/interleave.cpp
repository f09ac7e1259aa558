// SPDX-License-Identifier: Apache-2.0
#include "models/address/interleave.h"

namespace cxlpool::address {

std::optional<Interleave> Interleave::from_codes(unsigned ways_code, unsigned granularity_code) {
  if (!decode_ways(ways_code) || !decode_granularity(granularity_code)) return std::nullopt;
  return Interleave(static_cast<std::uint8_t>(ways_code),
                    static_cast<std::uint8_t>(granularity_code));
}

std::optional<Interleave> Interleave::from_values(std::uint64_t ways,
                                                  std::uint64_t granularity_bytes) {
  const auto ways_code = encode_ways(ways);
  const auto granularity_code = encode_granularity(granularity_bytes);
  if (!ways_code || !granularity_code) return std::nullopt;
  return Interleave(*ways_code, *granularity_code);
}

std::uint64_t Interleave::hpa_offset(std::uint64_t dpa_offset, unsigned position) const {
  const std::uint64_t dpa = dpa_offset & ((std::uint64_t{1} << dpa_bits) - 1);
  const std::uint64_t stripe = dpa >> shift();
  const std::uint64_t granule =
      ((is_multiple_of_3() ? stripe * 3 : stripe) << binary_ways_bits()) + position;
  return granule << shift() | (dpa & (granularity() - 1u));
}

}  // namespace cxlpool::address
