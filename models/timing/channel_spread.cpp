// SPDX-License-Identifier: Apache-2.0
#include "models/timing/channel_spread.h"

#include <stdexcept>
#include <string>

namespace cxlpool::timing {

ChannelSpread::ChannelSpread(unsigned channels, unsigned granularity_bytes)
    : channels_(channels),
      granularity_bits_(0),
      granularity_mask_(granularity_bytes - 1),
      digit_bits_(0),
      power_of_two_((channels & (channels - 1)) == 0) {
  if (channels < 1 || channels > 64) {
    throw std::invalid_argument("a device has 1 to 64 DRAM channels, not " +
                                std::to_string(channels));
  }
  const bool power_of_two = (granularity_bytes & (granularity_bytes - 1)) == 0;
  if (!power_of_two || granularity_bytes < 64 || granularity_bytes > 4096) {
    throw std::invalid_argument(
        "DRAM channels are interleaved by a power of two from 64 to 4096 bytes, not " +
        std::to_string(granularity_bytes));
  }
  granularity_bits_ = static_cast<unsigned>(__builtin_ctz(granularity_bytes));
  while (1u << digit_bits_ < channels) ++digit_bits_;
}

unsigned ChannelSpread::rotation(std::uint64_t round) const {
  if (channels_ == 1) return 0;
  if (power_of_two_) {
    // Folding by doubled steps leaves the XOR of all digits in the lowest one.
    for (unsigned step = digit_bits_; step < 64; step *= 2) round ^= round >> step;
    return static_cast<unsigned>(round) & (channels_ - 1);
  }
  // Digit sums repeat with the strides that they are meant for (the digits of base 4 add up to the
  // number itself modulo 3); multiples of the golden ratio spread all of them.
  const std::uint64_t fraction = round * 0x9E37'79B9'7F4A'7C15 >> 32;
  return static_cast<unsigned>(fraction * channels_ >> 32);
}

std::uint64_t ChannelSpread::dpa(const Place& place) const {
  const std::uint64_t round = place.local >> granularity_bits_;
  const unsigned by = rotation(round);
  const unsigned turn =
      power_of_two_ ? place.channel ^ by : (place.channel + channels_ - by) % channels_;
  return (round * channels_ + turn) << granularity_bits_ | (place.local & granularity_mask_);
}

}  // namespace cxlpool::timing
