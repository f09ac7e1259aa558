// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/timing/dram_channel.h"

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

/// The media of one device: its channels and the spread. A message is split into parts that each
/// lie in one channel, with that channel's own address, and is done when its last part is.
///
/// Not a Server: channels work side by side. Approximately timed, each channel is the server of a
/// station of its own that parts() feeds; loosely timed, book() does all.
class MediaServer {
 public:
  static constexpr std::size_t most_parts = 4;
  struct Part {
    unsigned channel = 0;
    Message message;
  };

  MediaServer(const DramPart& part, const DramConfig& config, const ChannelSpread& spread);

  /// Fills `parts`, returns how many.
  std::size_t parts(const Message& message, Part (&parts)[most_parts]) const;
  Picoseconds book(const Message& message, Picoseconds arrival);
  Picoseconds alone(const Message& message) const;

  const ChannelSpread& spread() const { return spread_; }
  DramChannel& channel(unsigned index) { return channels_[index]; }

 private:
  ChannelSpread spread_;
  std::vector<DramChannel> channels_;
};

}  // namespace cxlpool::timing
