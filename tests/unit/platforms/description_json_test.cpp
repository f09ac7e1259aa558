// SPDX-License-Identifier: Apache-2.0
#include "platforms/description_json.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/platforms/fixtures.h"

namespace cxlpool::platforms {
namespace {

TEST(ResolvedJson, IsAPlatformFileThatSaysTheSame) {
  for (const char* name : {"small.yaml", "everything.yaml"}) {
    const auto once = resolved_json(read_platform(fixture(name)));
    const auto twice = resolved_json(read_platform_text(once.dump(2), "again.json"));
    EXPECT_EQ(once, twice) << name;
    EXPECT_EQ(once.dump(), twice.dump()) << name;
  }
}

TEST(ResolvedJson, SpellsOutRepeatsDefaultsAndCapabilities) {
  const auto json = resolved_json(read_platform(fixture("small.yaml")));
  EXPECT_EQ(json["devices"].size(), 2u);
  EXPECT_EQ(json["devices"][1]["name"], "mem1");
  EXPECT_EQ(json["devices"][1]["capabilities"].dump(),
            R"({"decoders":4,"targets":1,"interleave_256b":true,"interleave_4k":true,)"
            R"("ways_3_6_12":true,"ways_16":true,"poison_on_error":false})");
  EXPECT_EQ(json["hosts"][0]["bridges"][0]["capabilities"]["ways_16"], false);
  EXPECT_EQ(json["hosts"][0]["bridges"][0]["root_ports"].dump(),
            R"([{"name":"rp0","port":0},{"name":"rp1","port":1}])");
  EXPECT_EQ(json["traffic"][0]["read"], "70%");
  EXPECT_EQ(json["quantum"], "1us");
  EXPECT_EQ(json["seed"], 1);
}

TEST(ResolvedJson, KeepsRestrictionBitsThatHaveNoName) {
  PlatformDescription platform = read_platform(fixture("small.yaml"));
  platform.hosts[0].windows[0].restrictions = 0x4C;
  EXPECT_EQ(resolved_json(platform)["hosts"][0]["windows"][0]["restrictions"], 0x4C);
}

TEST(ResolvedJson, WritesEmptyListsForAnEmptyPlatform) {
  const auto json = resolved_json(PlatformDescription{});
  EXPECT_EQ(json["hosts"].dump(), "[]");
  EXPECT_EQ(json["regions"].dump(), "[]");
}

}  // namespace
}  // namespace cxlpool::platforms
