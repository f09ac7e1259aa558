// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cxlpool::timing {

/// How a device spreads its DPAs over its DRAM channels. With unit = dpa / granularity, consecutive
/// units go to channels in turn; the turn of each round is rotated by a hash of the round's number,
/// so that strides do not stay on one channel:
///
///     round = unit / channels, place = unit % channels, local unit = round
///     channels a power of two:  channel = place XOR all base-`channels` digits of round
///     any other number:         channel = (place + channels * frac(round * golden ratio)) %
///     channels
///
/// Each channel's own addresses are dense, and every (channel, local address) is one DPA.
class ChannelSpread {
 public:
  struct Place {
    unsigned channel = 0;
    std::uint64_t local = 0;
    bool operator==(const Place& other) const {
      return channel == other.channel && local == other.local;
    }
  };

  /// Throws std::invalid_argument unless channels are 1..64 and granularity is a power of two from
  /// 64 to 4096.
  ChannelSpread(unsigned channels, unsigned granularity_bytes);

  Place place(std::uint64_t dpa) const {
    if (channels_ == 1) return {0, dpa};
    const std::uint64_t unit = dpa >> granularity_bits_;
    const std::uint64_t round = power_of_two_ ? unit >> digit_bits_ : unit / channels_;
    return {turn(static_cast<unsigned>(unit - round * channels_), round),
            round << granularity_bits_ | (dpa & granularity_mask_)};
  }
  std::uint64_t dpa(const Place& place) const;

  unsigned channels() const { return channels_; }
  unsigned granularity_bytes() const { return static_cast<unsigned>(granularity_mask_) + 1; }

 private:
  unsigned rotation(std::uint64_t round) const;
  unsigned turn(unsigned place, std::uint64_t round) const {
    const unsigned by = rotation(round);
    return power_of_two_ ? place ^ by : (place + by) % channels_;
  }

  unsigned channels_;
  unsigned granularity_bits_;
  std::uint64_t granularity_mask_;
  unsigned digit_bits_;
  bool power_of_two_;
};

}  // namespace cxlpool::timing
