// SPDX-License-Identifier: Apache-2.0
#include "models/timing/media_server.h"

#include <algorithm>
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

MediaServer::MediaServer(const DramPart& part, const DramConfig& config,
                         const ChannelSpread& spread)
    : spread_(spread), channels_(spread.channels(), DramChannel(part, config)) {}

std::size_t MediaServer::parts(const Message& message, Part (&parts)[most_parts]) const {
  std::size_t count = 0;
  for (unsigned line = 0; line < message.lines; ++line) {
    const ChannelSpread::Place place = spread_.place(message.dpa + line * line_bytes);
    if (count != 0) {
      Part& last = parts[count - 1];
      if (last.channel == place.channel &&
          last.message.dpa + last.message.lines * line_bytes == place.local) {
        ++last.message.lines;
        continue;
      }
    }
    Part& part = parts[count++];
    part.channel = place.channel;
    part.message = message;
    part.message.lines = 1;
    part.message.dpa = place.local;
  }
  return count;
}

Picoseconds MediaServer::book(const Message& message, Picoseconds arrival) {
  Part parts[most_parts];
  const std::size_t count = this->parts(message, parts);
  Picoseconds done = arrival;
  for (std::size_t i = 0; i < count; ++i) {
    done = std::max(done, channels_[parts[i].channel].book(parts[i].message, arrival));
  }
  return done;
}

Picoseconds MediaServer::alone(const Message& message) const {
  Part parts[most_parts];
  const std::size_t count = this->parts(message, parts);
  Picoseconds longest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    longest = std::max(longest, channels_[parts[i].channel].alone(parts[i].message));
  }
  return longest;
}

}  // namespace cxlpool::timing
