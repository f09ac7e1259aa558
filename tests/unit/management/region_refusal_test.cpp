// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "pool.h"

namespace cxlpool::management {
namespace {

using address::hdm_quantum;
using address::HdmCapability;
using address::Interleave;
using test::make_region;
using test::Pool;

class RegionRefusals : public ::testing::Test {
 protected:
  /// The request is refused with the errno, in a sentence that has all of the words.
  static void expect(const Pool& pool, const RegionRequest& request, const std::string& error,
                     const std::vector<std::string>& words) {
    const auto result = plan_region(pool.tree, request);
    const auto* refusal = std::get_if<RegionRefusal>(&result);
    ASSERT_NE(refusal, nullptr) << "planned; expected " << error;
    EXPECT_EQ(refusal->error, error) << refusal->text;
    for (const std::string& word : words) {
      EXPECT_NE(refusal->text.find(word), std::string::npos)
          << "no \"" << word << "\" in: " << refusal->text;
    }
  }
};

TEST_F(RegionRefusals, UnknownWindow) {
  Pool pool({2});
  auto request = pool.request();
  request.window = 1;
  expect(pool, request, "ENODEV", {"no window 1", "has 1"});
}

TEST_F(RegionRefusals, IllegalWindow) {
  Pool pool({2});
  pool.tree.windows[0].targets.pop_back();
  expect(pool, pool.request(), "ENXIO", {"window 0 is not legal", "2 way(s) need one each"});
}

TEST_F(RegionRefusals, WindowForOtherMemory) {
  Pool pool({2});
  auto request = pool.request();
  pool.tree.windows[0].restrictions =
      address::restrict_host_coherent | address::restrict_persistent;
  expect(pool, request, "EINVAL", {"does not allow ram", "bit 0x4"});
  pool.tree.windows[0].restrictions = address::restrict_host_coherent | address::restrict_volatile;
  request.mode = RegionRequest::Mode::pmem;
  expect(pool, request, "EINVAL", {"does not allow pmem", "bit 0x8"});
  pool.tree.windows[0].restrictions =
      address::restrict_device_coherent | address::restrict_persistent;
  expect(pool, request, "ENXIO", {"host-only coherent", "bit 0x2"});
}

TEST_F(RegionRefusals, UnknownNode) {
  Pool pool({2});
  auto request = pool.request();
  request.devices[1] = 99;
  expect(pool, request, "ENODEV", {"position 1", "node 99", "0 to 3"});
}

TEST_F(RegionRefusals, WhatIsNoMemoryDevice) {
  Pool pool({2});
  auto request = pool.request();
  request.devices[1] = 0;
  expect(pool, request, "ENXIO", {"position 1", "hb100", "no memory device"});
  pool.node(pool.devices[1]).kind = address::Node::Kind::foreign;
  expect(pool, pool.request(), "ENXIO", {"position 1", "hb101.mem0", "no memory device"});
}

TEST_F(RegionRefusals, SameDeviceTwice) {
  Pool pool({2});
  auto request = pool.request();
  request.devices[1] = request.devices[0];
  expect(pool, request, "EBUSY", {"hb100.mem0 is at position 0 already", "position 1"});
}

TEST_F(RegionRefusals, WaysThatNoRegisterHolds) {
  Pool pool({1, 8});
  auto request = pool.request();
  request.devices.resize(5);
  expect(pool, request, "EINVAL", {"5 ways", "1, 2, 4, 8, 16, 3, 6 or 12"});
  request.devices.clear();
  expect(pool, request, "EINVAL", {"0 ways"});
}

TEST_F(RegionRefusals, NoPowerOfTwoMultipleOfTheWindow) {
  Pool narrow({1, 4});
  auto three = narrow.request();
  three.devices.resize(3);
  expect(narrow, three, "EINVAL", {"3 ways", "power-of-two multiple of the window's 1"});
  Pool wide({4});
  auto two = wide.request();
  two.devices.resize(2);
  expect(wide, two, "EINVAL", {"2 ways", "window's 4", "4, 8"});
  Pool twelve({12});
  twelve.add_window(2, 256, 5000 * hdm_quantum);
  auto request = twelve.request();
  request.window = 1;
  expect(twelve, request, "EINVAL", {"12 ways", "window's 2"});
}

TEST_F(RegionRefusals, GranularityOtherThanAnInterleavingWindows) {
  Pool pool({2});
  auto request = pool.request();
  request.granularity = 512;
  expect(pool, request, "EINVAL", {"512 B", "must be the window's 256 B"});
}

TEST_F(RegionRefusals, GranularityThatNoRegisterHolds) {
  Pool pool({1, 2});
  auto request = pool.request();
  for (const std::uint32_t bytes : {0u, 128u, 300u, 32768u}) {
    request.granularity = bytes;
    expect(pool, request, "EINVAL", {std::to_string(bytes) + " B", "256 B to 16384 B"});
  }
}

TEST_F(RegionRefusals, GranularityOfALowerLevelThatNoRegisterHolds) {
  Pool pool({2, 2, 2});
  pool.tree.windows[0].interleave = *Interleave::from_values(2, 8192);
  expect(pool, pool.request(), "ENXIO",
         {"hb100.sw0 would have to interleave at 32768 B", "at most 4096 B"});
  Pool ports({3, 4});
  ports.tree.windows[0].interleave = *Interleave::from_values(3, 16384);
  expect(ports, ports.request(), "ENXIO",
         {"4 ways of 16384 B make hb100 decode", "0xc000", "0x7f00"});
}

TEST_F(RegionRefusals, AddressBitsThatTheComponentCannotUse) {
  HdmCapability coarse;
  coarse.interleave_256b = false;
  Pool bridges({1, 2}, coarse);
  expect(bridges, bridges.request(), "ENXIO", {"hb100", "0x100", "0x7000"});
  auto request = bridges.request();
  request.granularity = 4096;
  make_region(bridges, request);

  auto fine = HdmCapability::standard(address::ComponentKind::device);
  fine.interleave_4k = false;
  Pool devices({3}, {}, {hdm_quantum, 0, 0}, fine);
  devices.tree.windows[0].interleave = *Interleave::from_values(3, 4096);
  expect(devices, devices.request(), "ENXIO", {"hb100.mem0", "0x1000", "0xf00"});
}

TEST_F(RegionRefusals, SixteenWaysOf4KiBUseABitThatDoesNotExist) {
  Pool pool({16});
  pool.tree.windows[0].interleave = *Interleave::from_values(16, 4096);
  expect(pool, pool.request(), "ENXIO", {"16 ways of 4096 B", "0xf000"});
}

TEST_F(RegionRefusals, WaysThatTheDeviceDoesNotOffer) {
  auto plain = HdmCapability::standard(address::ComponentKind::device);
  plain.ways_3_6_12 = false;
  plain.ways_16 = false;
  for (const unsigned ways : {3u, 6u, 12u, 16u}) {
    Pool pool({ways}, {}, {hdm_quantum, 0, 0}, plain);
    expect(pool, pool.request(), "ENXIO",
           {"hb100.mem0 cannot decode " + std::to_string(ways) + " ways", "offers 1, 2, 4 and 8"});
  }
}

TEST_F(RegionRefusals, WrongBridge) {
  Pool pool({2, 2});
  auto request = pool.request();
  std::swap(request.devices[0], request.devices[1]);
  expect(pool, request, "ENXIO",
         {"position 0", "below hb100", "hb101.mem0 is below hb101",
          "hb100.mem0 (now at position 1) would be right there"});
  request.devices = {pool.devices[0], pool.devices[2]};
  expect(pool, request, "ENXIO",
         {"position 1", "below hb101", "hb100.mem1", "hb101.mem0 would be right there"});
}

TEST_F(RegionRefusals, WindowTargetThatDoesNotExist) {
  Pool pool({2});
  pool.tree.windows[0].targets[1] = 7;
  expect(pool, pool.request(), "ENXIO", {"target 1", "UID 7"});
}

TEST_F(RegionRefusals, DeviceThatIsNotReached) {
  Pool pool({2});
  pool.node(1).ports[0].child = address::no_node;
  expect(pool, pool.request(), "ENXIO", {"hb101.mem0", "no host bridge"});
}

// The upstream example with the switches of a bridge in blocks and not in turns.
TEST_F(RegionRefusals, SiblingsInTheWrongTurn) {
  Pool pool({2, 2, 2});
  const auto d = pool.devices;
  auto request = pool.request();
  request.devices = {d[0], d[1], d[4], d[5], d[2], d[3], d[6], d[7]};
  expect(pool, request, "ENXIO",
         {"position 2", "port 13", "of hb100", "2 ports take turns", "hb100.sw0.mem1",
          "hb100.sw1.mem0 (now at position 4) would be right there"});
}

TEST_F(RegionRefusals, PortsThatAreNoPowerOfTwo) {
  Pool pool({1, 3, 2});
  auto request = pool.request();
  request.devices.resize(4);
  expect(pool, request, "ENXIO", {"below 3 ports of hb100", "1, 2, 4 or 8"});
}

TEST_F(RegionRefusals, MoreTargetsThanDecodersHold) {
  HdmCapability two;
  two.targets = 2;
  Pool pool({1, 4}, two);
  expect(pool, pool.request(), "ENXIO", {"4 ports of hb100", "2 target(s) at most"});
  Pool wide({1, 16});
  expect(wide, wide.request(), "ENXIO", {"16 ports of hb100", "8 target(s) at most"});
}

TEST_F(RegionRefusals, BridgeWithSeveralPortsAndNoDecoders) {
  Pool pool({1, 2});
  pool.make_pass_through(0);
  auto request = pool.request();
  request.devices.resize(1);
  expect(pool, request, "ENXIO", {"hb100 has 2 ports and no HDM decoders"});
}

TEST_F(RegionRefusals, SizeThatDoesNotDivide) {
  Pool pool({2});
  auto request = pool.request();
  for (const std::uint64_t bytes :
       {std::uint64_t{0}, hdm_quantum, 3 * hdm_quantum, 2 * hdm_quantum + 4096}) {
    request.size = bytes;
    expect(pool, request, "EINVAL", {"size", "multiple of 512 MiB"});
  }
}

TEST_F(RegionRefusals, WindowTooSmall) {
  Pool pool({2});
  pool.tree.windows[0].size = 4 * hdm_quantum;
  auto request = pool.request();
  request.size = 6 * hdm_quantum;
  expect(pool, request, "ENOSPC", {"no free 1536 MiB", "at most 1024 MiB"});
}

TEST_F(RegionRefusals, DeviceTooSmall) {
  Pool pool({2});
  auto request = pool.request();
  request.size = 10 * hdm_quantum;
  expect(pool, request, "ENOSPC", {"hb100.mem0 has 1024 MiB of ram", "needs 1280 MiB"});
  pool.node(pool.devices[1]).partitions = {0, 4 * hdm_quantum, 0};
  expect(pool, pool.request(), "ENOSPC", {"hb101.mem0 has 0 MiB of ram"});
}

// A decoder takes DPA above all earlier ones, so ram that pmem has passed over is lost.
TEST_F(RegionRefusals, RamBelowPersistentMemoryInUse) {
  Pool pool({2});
  auto request = pool.request();
  request.mode = RegionRequest::Mode::pmem;
  make_region(pool, request);
  request.mode = RegionRequest::Mode::ram;
  expect(pool, request, "ENOSPC", {"hb100.mem0 has 0 MiB of ram"});
}

TEST_F(RegionRefusals, SkipThatNoRegisterHolds) {
  Pool pool({1}, {}, {hdm_quantum + 4096, 2 * hdm_quantum, 0});
  auto request = pool.request();
  request.mode = RegionRequest::Mode::pmem;
  expect(pool, request, "ENXIO", {"skip 268439552 B", "multiples of 256 MiB"});
}

TEST_F(RegionRefusals, NoDecoderLeftAtTheDevice) {
  Pool pool({1}, {}, {8 * hdm_quantum, 0, 0});
  auto request = pool.request();
  request.size = hdm_quantum;
  for (int i = 0; i < 4; ++i) make_region(pool, request);
  expect(pool, request, "ENXIO", {"all 4 HDM decoders of hb100.mem0"});
}

TEST_F(RegionRefusals, NoDecoderLeftAtAPort) {
  HdmCapability one;
  one.decoders = 1;
  Pool pool({1, 2}, one);
  auto request = pool.request();
  request.devices = {pool.devices[0]};
  make_region(pool, request);
  request.devices = {pool.devices[1]};
  expect(pool, request, "EBUSY", {"all 1 HDM decoders of hb100"});
}

TEST_F(RegionRefusals, DecoderBelowIsNotCommitted) {
  Pool pool({1});
  auto request = pool.request();
  request.size = hdm_quantum;
  auto plan = test::plan(pool, request);
  plan.decoders[0].program.commit = false;
  pool.program(plan.decoders[0].node, plan.decoders[0].program);
  expect(pool, request, "EBUSY", {"decoder 0 of hb100.mem0", "not committed"});
}

// Free addresses that lie below what a port decodes already cannot be used: decoders ascend.
TEST_F(RegionRefusals, FreeAddressesBelowThePortsDecoders) {
  Pool pool({1, 2});
  pool.add_window(1, 256, 1000 * hdm_quantum);
  auto request = pool.request();
  request.window = 1;
  request.size = hdm_quantum;
  request.devices = {pool.devices[0]};
  make_region(pool, request);
  request.window = 0;
  request.devices = {pool.devices[1]};
  expect(pool, request, "EBUSY", {"hb100 decodes already", "decoders ascend"});
}

}  // namespace
}  // namespace cxlpool::management
