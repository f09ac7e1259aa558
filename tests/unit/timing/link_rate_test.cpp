// SPDX-License-Identifier: Apache-2.0
#include "models/timing/link_rate.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace cxlpool::timing {
namespace {

TEST(LinkRateTest, AMillionFlitsTakeWhatTheirBytesTake) {
  for (unsigned generation = 3; generation <= 5; ++generation) {
    for (unsigned width = 1; width <= 16; width *= 2) {
      for (const bool bypass : {false, true}) {
        const LinkConfig config{generation, width, FlitMode::flit_68b, false, bypass};
        const LinkRate rate{config};
        ExactTime sum;
        for (unsigned i = 0; i != 1'000'000; ++i) {
          sum = rate.sum(sum, rate.bytes(68));
        }
        const ExactTime whole = rate.bytes(68'000'000);
        EXPECT_EQ(sum.ps, whole.ps);
        EXPECT_EQ(sum.part, whole.part);
      }
    }
  }
}

TEST(LinkRateTest, A68ByteFlitOnX16Gen5TakesItsBytesAndTheSkp) {
  const LinkRate bypass{{5, 16, FlitMode::flit_68b, false, true}};
  EXPECT_EQ(bypass.bytes(68 * 340 * 2).ps, 68u * 341 * 2 * 1000 / 64);
  const LinkRate encoded{{5, 16, FlitMode::flit_68b, false, false}};
  EXPECT_EQ(encoded.bytes(64 * 128 * 374).ps, 1000u * 130 * 375);
  const LinkRate bare{{5, 16, FlitMode::flit_68b, false, true, false}};
  EXPECT_EQ(bare.bytes(68 * 64).ps, 68'000u);
}

TEST(LinkRateTest, IllegalLinksAreRefusedWithTheReason) {
  EXPECT_EQ(why_illegal({}), "");
  EXPECT_NE(why_illegal({6, 16, FlitMode::flit_68b}).find("64 GT/s needs 256B"), std::string::npos);
  EXPECT_EQ(why_illegal({6, 16, FlitMode::flit_256b}), "");
  EXPECT_EQ(why_illegal({3, 1, FlitMode::flit_256b_lopt}), "");
  EXPECT_NE(why_illegal({5, 3}).find("lanes"), std::string::npos);
  EXPECT_NE(why_illegal({5, 0}).find("lanes"), std::string::npos);
  EXPECT_NE(why_illegal({5, 32}).find("lanes"), std::string::npos);
  EXPECT_NE(why_illegal({2, 16}).find("generation"), std::string::npos);
  EXPECT_NE(why_illegal({7, 16}).find("generation"), std::string::npos);
  EXPECT_NE(why_illegal({5, 16, FlitMode::flit_256b, true}).find("multi-data"), std::string::npos);
  EXPECT_THROW(LinkRate({5, 3}), std::invalid_argument);
}

}  // namespace
}  // namespace cxlpool::timing
