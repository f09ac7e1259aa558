// SPDX-License-Identifier: Apache-2.0
#include "models/timing/media_server.h"

#include <random>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

namespace cxlpool::timing {
namespace {

TEST(ChannelSpread, EveryPlaceIsOneAddressAndChannelsAreDense) {
  for (unsigned channels = 1; channels <= 64; ++channels) {
    for (const unsigned granularity : {64u, 256u, 4096u}) {
      const ChannelSpread spread(channels, granularity);
      std::mt19937_64 random(channels);
      for (int i = 0; i < 200; ++i) {
        const std::uint64_t dpa = random() >> 12;
        const auto place = spread.place(dpa);
        ASSERT_LT(place.channel, channels);
        ASSERT_EQ(spread.dpa(place), dpa) << channels << " x " << granularity;
      }
      std::set<unsigned> seen;
      const std::uint64_t round = random() >> 30;
      for (unsigned i = 0; i < channels; ++i) {
        const auto place = spread.place((round * channels + i) * granularity);
        EXPECT_EQ(place.local, round * granularity);
        seen.insert(place.channel);
      }
      EXPECT_EQ(seen.size(), channels);
    }
  }
}

TEST(ChannelSpread, StridesUseAllChannels) {
  for (const unsigned channels : {2u, 3u, 4u, 6u, 8u, 12u, 16u, 64u}) {
    const ChannelSpread spread(channels, 256);
    std::vector<std::uint64_t> strides = {channels, channels * 2, channels * channels,
                                          3 * channels};
    for (std::uint64_t power = 1; power < 1u << 20; power *= 2) strides.push_back(power);
    for (const std::uint64_t stride : strides) {
      std::vector<unsigned> count(channels);
      for (unsigned i = 0; i < 64 * channels; ++i) ++count[spread.place(i * stride * 256).channel];
      for (const unsigned of_one : count) {
        EXPECT_GE(of_one, 64u / 4) << channels << " channels, stride " << stride;
        EXPECT_LE(of_one, 64u * 3) << channels << " channels, stride " << stride;
      }
    }
  }
}

TEST(ChannelSpread, RefusesWhatItCannotDo) {
  EXPECT_THROW(ChannelSpread(0, 256), std::invalid_argument);
  EXPECT_THROW(ChannelSpread(65, 256), std::invalid_argument);
  EXPECT_THROW(ChannelSpread(4, 32), std::invalid_argument);
  EXPECT_THROW(ChannelSpread(4, 8192), std::invalid_argument);
  EXPECT_THROW(ChannelSpread(4, 0), std::invalid_argument);
}

TEST(MediaServer, AMessageIsSplitWhereItsLinesPartWays) {
  Message message;
  message.lines = 4;
  message.dpa = 0x1F00;
  MediaServer::Part parts[MediaServer::most_parts];
  const DramPart& part = dram_part("DDR5-4800");
  for (const unsigned granularity : {64u, 256u, 4096u}) {
    MediaServer media(part, {}, ChannelSpread(4, granularity));
    const std::size_t count = media.parts(message, parts);
    EXPECT_EQ(count, granularity == 64 ? 4u : 1u);
    std::set<std::uint64_t> lines;
    for (std::size_t i = 0; i < count; ++i) {
      for (unsigned line = 0; line < parts[i].message.lines; ++line) {
        lines.insert(media.spread().dpa({parts[i].channel, parts[i].message.dpa + line * 64}));
      }
    }
    EXPECT_EQ(lines, (std::set<std::uint64_t>{0x1F00, 0x1F40, 0x1F80, 0x1FC0}));
    EXPECT_EQ(media.book(message, 1'000), 1'000 + media.alone(message));
  }
}

}  // namespace
}  // namespace cxlpool::timing
