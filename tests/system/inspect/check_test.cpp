// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/check.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "platforms/inspect/interleave_sets.h"
#include "platforms/inspect/routing_patterns.h"
#include "tests/system/inspect/pools.h"

namespace cxlpool::platforms {
namespace {

using pools::gib;
using pools::Machine;
using pools::quantum;

std::vector<Finding> judge(const PlatformDescription& pool, Profile profile) {
  Machine machine(pool);
  return check(*machine, machine.programming, profile);
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The rule fires, at this place; every error is of this rule.
void expect_only(const std::vector<Finding>& findings, const std::string& where,
                 const std::string& what) {
  SCOPED_TRACE(to_text(findings));
  EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.where == where && holds(finding.what, what);
  }));
  for (const Finding& finding : findings) {
    if (finding.severity == Finding::Severity::warning) continue;
    EXPECT_TRUE(holds(finding.what, what)) << finding.what;
  }
}

/// Also other rules may fire.
void expect_found(const std::vector<Finding>& findings, const std::string& where,
                  const std::string& what) {
  EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.where == where && holds(finding.what, what) && !finding.why.empty();
  })) << to_text(findings);
}

// Good platforms.

TEST(CheckGood, HandProgrammed) {
  EXPECT_EQ("no errors, no warnings\n",
            to_text(judge(pools::programmed_single(), Profile::linux_driver)));
}
TEST(CheckGood, HandProgrammedOnQemu) {
  EXPECT_TRUE(judge(pools::programmed_single(), Profile::qemu).empty());
}
TEST(CheckGood, Region) {
  const auto findings = judge(pools::four_way(), Profile::linux_driver);
  EXPECT_FALSE(has_errors(findings)) << to_text(findings);
}
TEST(CheckGood, XorRegion) {
  const auto findings = judge(pools::four_way_xor(), Profile::linux_driver);
  EXPECT_FALSE(has_errors(findings)) << to_text(findings);
}
TEST(CheckGood, ThreeWaysUnaligned) {
  EXPECT_TRUE(judge(pools::three_way(), Profile::linux_driver).empty());
}
TEST(CheckGood, SixWaysOverThreeBridges) {
  PlatformDescription pool = pools::three_way();
  pool.decoders.clear();
  RegionDescription all = pools::region("r0", {});
  for (unsigned i = 0; i < 6; ++i) {
    const std::string index = std::to_string(i % 3);
    pool.hosts[0].bridges[i % 3].root_ports = {{"rp0", 0}, {"rp1", 1}};
    if (i >= 3) {
      pool.devices.push_back(
          pools::device("mem" + std::to_string(i), "h0.hb" + index + ".rp1", 2 * quantum));
    }
    all.devices.push_back("mem" + std::to_string(i));
  }
  pool.hosts[0].windows[0].base = 24 * quantum;
  pool.regions = {all};
  const auto findings = judge(pool, Profile::linux_driver);
  EXPECT_FALSE(has_errors(findings)) << to_text(findings);
}
TEST(CheckGood, TwoSwitchLevels) {
  const auto findings = judge(pools::two_level(), Profile::linux_driver);
  EXPECT_FALSE(has_errors(findings)) << to_text(findings);
}
TEST(CheckGood, SeveralHosts) {
  const auto findings = judge(pools::shared_switch(), Profile::linux_driver);
  EXPECT_FALSE(has_errors(findings)) << to_text(findings);
}

// The specification.

TEST(CheckSpec, FailedCommit) {
  PlatformDescription pool = pools::programmed_single();
  pool.decoders[0].index = 1;  // before decoder 0
  const auto findings = judge(pool, Profile::spec);
  expect_found(findings, "mem0 decoder 1", "not committed: the next lower decoder");
  EXPECT_EQ("commit decoder 0 first, then decoder 1", findings[0].mend);
}

TEST(CheckSpec, DecoderThatDoesNotExist) {
  PlatformDescription pool = pools::programmed_single();
  pool.decoders.push_back(pools::decoder("mem0", 9, 4 * gib, quantum));
  expect_only(judge(pool, Profile::spec), "mem0 decoder 9", "the component has 4 decoders");
}

TEST(CheckSpec, DecoderOfAPassThroughBridge) {
  PlatformDescription pool = pools::programmed_single();
  pool.decoders.push_back(pools::decoder("h0.hb0", 0, 4 * gib, quantum, 1, 256, {0}));
  expect_only(judge(pool, Profile::spec), "h0.hb0 decoder 0", "pass-through host bridge");
}

TEST(CheckSpec, DecoderProgrammedTwice) {
  PlatformDescription pool = pools::programmed_single();
  pool.decoders[0].lock = true;
  pool.decoders.push_back(pool.decoders[0]);
  expect_only(judge(pool, Profile::spec), "mem0 decoder 0", "ignored");
}

TEST(CheckSpec, RefusedRegion) {
  PlatformDescription pool = pools::four_way();
  pool.regions[0].devices = {"mem0", "mem2"};  // both below one bridge of two
  expect_only(judge(pool, Profile::spec), "region r0", "refused with");
}

TEST(CheckSpec, IllegalWindow) {
  PlatformDescription pool = pools::single();
  pool.hosts[0].windows[0].base = 4 * gib + 4096;
  expect_only(judge(pool, Profile::spec), "h0 window 0", "multiple of 256 MiB");
}

TEST(CheckSpec, OverlappingWindows) {
  PlatformDescription pool = pools::single();
  pool.hosts[0].windows.push_back(pools::window(6 * gib, 4 * gib, {"hb0"}));
  expect_only(judge(pool, Profile::spec), "h0 window 1", "overlaps window 0");
}

TEST(CheckSpec, UnprogrammedWindowIsAWarning) {
  const auto findings = judge(pools::single(), Profile::spec);
  ASSERT_EQ(1u, findings.size());
  EXPECT_EQ(Finding::Severity::warning, findings[0].severity);
  EXPECT_EQ("h0 window 0", findings[0].where);
  EXPECT_EQ("no decoder holds 0x100000000..0x1ffffffff (4 GiB)", findings[0].what);
}

TEST(CheckSpec, HoleBelowABridge) {
  PlatformDescription pool = pools::three_way();
  pool.decoders.pop_back();  // mem2 decodes nothing
  expect_only(judge(pool, Profile::spec), "mem2", "no decoder is committed");
}

TEST(CheckSpec, UnpluggedDeviceIsAWarning) {
  PlatformDescription pool = pools::programmed_single();
  pool.devices[0].plugged = false;
  EXPECT_FALSE(has_errors(judge(pool, Profile::spec)));
}

/// pools::failures() with this one decoder.
PlatformDescription one_failure(const DecoderDescription& decoder) {
  PlatformDescription pool = pools::failures();
  pool.decoders = {decoder};
  return pool;
}

TEST(CheckSpec, AbsentPort) {
  DecoderDescription bad = pools::failures().decoders[1];
  bad.index = 0;
  expect_only(judge(one_failure(bad), Profile::spec), "h0.hb0 decoder 0", "names port 77");
}

TEST(CheckSpec, EmptyPort) {
  DecoderDescription bad = pools::failures().decoders[2];
  bad.index = 0;
  expect_only(judge(one_failure(bad), Profile::spec), "h0.hb0 decoder 0",
              "nothing hangs from h0.hb0.rp1");
}

TEST(CheckSpec, BeyondCapacity) {
  PlatformDescription pool = pools::programmed_single();
  pool.hosts[0].windows[0].size = 2 * quantum;
  pool.decoders[0].size = 2 * quantum;
  expect_only(judge(pool, Profile::spec), "mem0 decoder 0", "the device ends at 0x10000000");
}

TEST(CheckSpec, RangeOutsideEveryWindow) {
  PlatformDescription pool = pools::programmed_single();
  pool.decoders[0].base = 64 * gib;
  expect_only(judge(pool, Profile::spec), "mem0 decoder 0", "which the windows of h0 do not hold");
}

TEST(CheckSpec, RangeOutsideItsParents) {
  PlatformDescription pool = pools::failures();
  pool.decoders = {pools::decoder("h0.hb0", 0, pools::base, quantum, 1, 256, {0}),
                   pools::decoder("mem0", 0, pools::base + quantum, quantum)};
  expect_found(judge(pool, Profile::spec), "mem0 decoder 0",
               "which the decoders of h0.hb0 do not hold");
}

TEST(CheckSpec, CommittedWithoutAHostAbove) {
  PlatformDescription pool = pools::shared_switch();
  pool.decoders = {pools::decoder("mem2", 0, 4 * gib, quantum)};
  expect_only(judge(pool, Profile::spec), "mem2 decoder 0", "no host is above it");
}

TEST(CheckSpec, SizeThatIsNoMultipleOfWays) {
  PlatformDescription pool = pools::four_way();
  pool.regions.clear();
  for (const char* bridge : {"h0.hb0", "h0.hb1"}) {
    const std::uint8_t first = bridge[5] == '0' ? 9 : 3;
    const std::uint8_t second = bridge[5] == '0' ? 200 : 4;
    pool.decoders.push_back(
        pools::decoder(bridge, 0, pools::base, 2 * quantum, 2, 512, {first, second}));
  }
  for (const char* device : {"mem0", "mem1", "mem2", "mem3"}) {
    pool.decoders.push_back(pools::decoder(device, 0, pools::base, 2 * quantum, 4, 256));
  }
  expect_only(judge(pool, Profile::spec), "mem3 decoder 0",
              "512 MiB is no multiple of 4 x 256 MiB");
}

/// four_way() by hand, with these granularities of bridges and devices.
PlatformDescription four_way_by_hand(std::uint32_t bridges, std::uint32_t devices,
                                     unsigned device_ways = 4) {
  PlatformDescription pool = pools::four_way();
  pool.regions.clear();
  const std::uint64_t size = 4 * quantum;
  pool.decoders = {pools::decoder("h0.hb0", 0, pools::base, size, 2, bridges, {9, 200}),
                   pools::decoder("h0.hb1", 0, pools::base, size, 2, bridges, {3, 4})};
  for (const char* device : {"mem0", "mem1", "mem2", "mem3"}) {
    pool.decoders.push_back(pools::decoder(device, 0, pools::base, size, device_ways, devices));
  }
  return pool;
}

TEST(CheckSpec, ByHandAsTheDriverDoes) {
  EXPECT_FALSE(has_errors(judge(four_way_by_hand(512, 256), Profile::linux_driver)));
}

TEST(CheckSpec, Alias) {
  // Bridges that look at the bit that the window has used: each device gets half of the stripes of
  // its bridge's first port twice over.
  const auto findings = judge(four_way_by_hand(256, 256), Profile::spec);
  expect_only(findings, "mem0 decoder 0", "of h0 are the same byte");
  EXPECT_EQ("HPA 0x110000000 and HPA 0x110000200 of h0 are the same byte, DPA 0x0",
            findings[0].what);
}

/// Bridges of one used port each: a device of two ways gets every address of its bridge.
PlatformDescription two_way_by_hand(std::uint64_t map) {
  PlatformDescription pool = pools::four_way();
  pool.regions.clear();
  pool.hosts[0].windows[0].arithmetic = address::Arithmetic::exclusive_or;
  pool.hosts[0].windows[0].xor_maps = {map};
  const std::uint64_t size = 8 * gib;
  // Bits 8 of the bridge: what the window's map leaves of it.
  pool.decoders = {pools::decoder("h0.hb0", 0, pools::base, size, 2, 256, {9, 200}),
                   pools::decoder("h0.hb1", 0, pools::base, size, 2, 256, {3, 4})};
  for (auto& device : pool.devices) device.volatile_bytes = 8 * gib;
  // mem0 and mem3 are where a plain map leads; mem1 and mem2 where bit 33 turns it round.
  for (const char* device : {"mem0", "mem3"}) {
    pool.decoders.push_back(pools::decoder(device, 0, pools::base, size, 2, 256));
  }
  return pool;
}

TEST(CheckSpec, NoHolesUnderAMapOfLowBits) {
  EXPECT_FALSE(has_errors(judge(two_way_by_hand(0x100), Profile::spec)));
}

TEST(CheckSpec, HolesThatOnlyHighBitsOfAnXorMapShow) {
  const auto findings = judge(two_way_by_hand(0x2'0000'0100), Profile::spec);
  expect_found(findings, "mem2", "stops here");
  expect_found(findings, "mem1", "stops here");
}

/// Brute force over every granule of the platform against what the patterns find.
void expect_patterns_miss_nothing(const PlatformDescription& pool) {
  Machine machine(pool);
  const auto& tree = machine->host(0).topology().tree;
  bool alias = false, hole = false;
  for (std::uint64_t hpa = pools::base; hpa < pools::base + 4096 * 1024; hpa += 256) {
    const auto route = address::walk(tree, hpa);
    hole |= !route.good();
    alias |= route.good() && address::hpas_of(tree, route.node, route.dpa).size() > 1;
  }
  bool found_alias = false, found_hole = false;
  for (const Finding& finding : check(*machine, machine.programming, Profile::spec)) {
    found_alias |= holds(finding.what, "are the same byte");
    found_hole |= holds(finding.what, "stops here");
  }
  EXPECT_EQ(alias, found_alias);
  EXPECT_EQ(hole, found_hole);
}

class Patterns : public testing::TestWithParam<std::tuple<unsigned, unsigned, unsigned>> {};

TEST_P(Patterns, MissNoAliasAndNoHole) {
  const auto [bridges, devices, ways] = GetParam();
  expect_patterns_miss_nothing(four_way_by_hand(bridges, devices, ways));
}
INSTANTIATE_TEST_SUITE_P(Granularities, Patterns,
                         testing::Combine(testing::Values(256u, 512u, 1024u, 16384u),
                                          testing::Values(256u, 512u, 4096u),
                                          testing::Values(2u, 4u, 8u)));

// The Linux driver.

TEST(CheckLinux, AddressBitsThatAreNotOnOffer) {
  PlatformDescription pool = four_way_by_hand(512, 256);
  for (auto& device : pool.devices) device.capabilities.interleave_4k = false;
  pool.hosts[0].windows[0].granularity = 2048;  // 4 ways look at bits 12:11
  for (auto& decoder : pool.decoders) {
    decoder.granularity = decoder.at[0] == 'h' ? 4096 : 2048;
  }
  expect_only(judge(pool, Profile::linux_driver), "mem3 decoder 0", "address bits");
}

TEST(CheckLinux, ChildGranularity) {
  // A coarser bridge routes well, but not as the driver would have it.
  expect_found(judge(four_way_by_hand(1024, 256), Profile::linux_driver), "h0.hb0 decoder 0",
               "granularity 1 KiB, expected 512 B");
}

TEST(CheckLinux, RegionGranularity) {
  expect_found(judge(four_way_by_hand(512, 512), Profile::linux_driver),
               "h0 0x110000000..0x14fffffff (1 GiB)", "granularity 512 B, in a window of 2 ways");
}

TEST(CheckLinux, RegionWays) {
  PlatformDescription pool = four_way_by_hand(512, 256);
  pool.decoders.pop_back();
  expect_found(judge(pool, Profile::linux_driver), "h0 0x110000000..0x14fffffff (1 GiB)",
               "3 endpoints of 4 ways");
}

TEST(CheckLinux, EndpointsThatDiffer) {
  PlatformDescription pool = four_way_by_hand(512, 256);
  pool.decoders.back().granularity = 1024;
  expect_found(judge(pool, Profile::linux_driver), "mem3 decoder 0",
               "interleaves 4 ways x 1 KiB, other endpoints of the region 4 ways x 256 B");
}

TEST(CheckLinux, PortRangeThatIsNoRegions) {
  PlatformDescription pool = four_way_by_hand(512, 256);
  pool.decoders[0].size *= 2;
  const auto findings = judge(pool, Profile::linux_driver);
  expect_found(findings, "h0.hb0", "no committed decoder holds exactly");
  expect_found(findings, "h0.hb0 decoder 0", "the range of no endpoint decoder");
}

TEST(CheckLinux, CommittedAfterUncommitted) {
  PlatformDescription pool = pools::programmed_single();
  pool.hosts[0].windows[0].size = 2 * quantum;
  pool.devices[0].volatile_bytes = 2 * quantum;
  pool.decoders.push_back(pools::decoder("mem0", 1, 4 * gib + quantum, quantum));
  DecoderDescription undone = pool.decoders[0];
  undone.commit = false;
  pool.decoders.push_back(undone);
  expect_found(judge(pool, Profile::linux_driver), "mem0 decoder 1",
               "is committed, but decoder 0 is not");
}

TEST(CheckLinux, CommittedWithSizeZero) {
  PlatformDescription pool = pools::programmed_single();
  pool.decoders.push_back(pools::decoder("mem0", 1, 4 * gib + quantum, 0));
  expect_only(judge(pool, Profile::linux_driver), "mem0 decoder 1", "is committed with size 0");
}

TEST(CheckLinux, PartitionsAndRestrictions) {
  PlatformDescription pool = pools::programmed_single();
  pool.hosts[0].windows[0].restrictions =
      address::restrict_host_coherent | address::restrict_persistent;
  expect_only(judge(pool, Profile::linux_driver), "mem0 decoder 0",
              "maps volatile memory, in a window that does not allow it");
}

TEST(CheckLinux, DecoderOverTwoPartitions) {
  PlatformDescription pool = pools::programmed_single();
  pool.devices[0].persistent_bytes = quantum;
  pool.hosts[0].windows[0].size = 2 * quantum;
  pool.decoders[0].size = 2 * quantum;
  expect_only(judge(pool, Profile::linux_driver), "mem0 decoder 0", "lies in two partitions");
}

// QEMU.

TEST(CheckQemu, SwitchLevels) {
  expect_only(judge(pools::two_level(), Profile::qemu), "sw00", "hangs from another switch");
}

TEST(CheckQemu, HostsAndUpstreamPorts) {
  const auto findings = judge(pools::shared_switch(), Profile::qemu);
  expect_found(findings, "h1", "there are 2 hosts");
  expect_found(findings, "sw0", "2 upstream ports");
}

TEST(CheckQemu, XorArithmetic) {
  expect_only(judge(pools::four_way_xor(), Profile::qemu), "h0 window 0", "XOR arithmetic");
}

TEST(CheckQemu, Qtg) {
  PlatformDescription pool = pools::programmed_single();
  pool.hosts[0].windows[0].qtg = 42;
  expect_only(judge(pool, Profile::qemu), "h0 window 0", "QTG 42");
}

TEST(CheckQemu, Windows) {
  PlatformDescription pool = pools::single();
  for (unsigned i = 1; i <= 10; ++i) {
    pool.hosts[0].windows.push_back(pools::window((4 + 4 * i) * gib, gib, {"hb0"}));
  }
  expect_only(judge(pool, Profile::qemu), "h0 window 10", "h0 has 11 windows");
}

TEST(CheckQemu, Decoders) {
  PlatformDescription pool = pools::programmed_single();
  pool.devices[0].capabilities.decoders = 6;
  expect_only(judge(pool, Profile::qemu), "mem0", "6 decoders");
}

TEST(CheckQemu, WaysOfABridge) {
  PlatformDescription pool = pools::failures();
  pool.decoders = {pools::decoder("h0.hb0", 0, pools::base, 3 * quantum, 3, 256, {0, 1, 2})};
  expect_found(judge(pool, Profile::qemu), "h0.hb0 decoder 0", "3 ways");
}

// Rendering.

TEST(CheckText, OneLineAFinding) {
  PlatformDescription pool = pools::programmed_single();
  pool.decoders[0].location = {"pool.yaml", 14, 7, "decoders[0]"};
  pool.decoders[0].base = 64 * gib;
  pool.hosts[0].windows.clear();
  EXPECT_EQ(
      "pool.yaml:14:7: error: mem0 decoder 0: holds 0x1000000000..0x100fffffff (256 MiB), which "
      "the windows of h0 do not hold in one piece; CXL specification, HDM decoders: an access "
      "arrives only through the decoders above; let the windows of h0 hold it too, or move it\n"
      "1 error, 0 warnings\n",
      to_text(judge(pool, Profile::spec)));
}

}  // namespace
}  // namespace cxlpool::platforms
