// SPDX-License-Identifier: Apache-2.0
#include "models/timing/channel_spread.h"

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

}  // namespace
}  // namespace cxlpool::timing
