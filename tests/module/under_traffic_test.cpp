// SPDX-License-Identifier: Apache-2.0
// Decoders are committed in any order across components, un-committed and committed again, while
// accesses come: each meets wholly the old or wholly the new map, or an error in the name of the
// first decoder on its way that is not committed.
#include <algorithm>
#include <array>
#include <numeric>

#include <gtest/gtest.h>

#include "platforms/builder.h"
#include "platforms/programming.h"
#include "tests/module/bench.h"
#include "traffic/data.h"
#include "traffic/initiator.h"

namespace cxlpool::module_test {
namespace {

using address::Cause;
using platforms::Platform;

constexpr std::uint64_t under_traffic_base = 4 * GiB;

/// One host, `bridges` host bridges, under each a switch with two devices; the window interleaves
/// over the bridges at 256 B, the switches over their devices above that.
platforms::PlatformDescription tree(unsigned bridges) {
  platforms::PlatformDescription platform;
  platforms::HostDescription host;
  host.name = "h0";
  platforms::WindowDescription window;
  window.base = under_traffic_base;
  window.size = 512 * MiB * bridges;
  for (unsigned b = 0; b < bridges; ++b) {
    const std::string hb = "hb" + std::to_string(b), sw = "sw" + std::to_string(b);
    platforms::HostBridgeDescription bridge;
    bridge.name = hb;
    bridge.uid = b;
    bridge.passthrough = platforms::Passthrough::off;
    bridge.root_ports = {{"rp0", 4}};
    host.bridges.push_back(bridge);
    window.targets.push_back(hb);
    platforms::SwitchDescription described;
    described.name = sw;
    described.upstream = {"h0." + hb + ".rp0"};
    for (unsigned d = 0; d < 2; ++d) {
      const std::string ds = "ds" + std::to_string(d);
      described.downstream.push_back({ds, static_cast<std::uint8_t>(8 + d), described.upstream[0]});
      platforms::DeviceDescription device;
      device.name = "mem" + std::to_string(2 * b + d);
      device.at = sw + "." + ds;
      device.volatile_bytes = 256 * MiB;
      platform.devices.push_back(device);
    }
    platform.switches.push_back(described);
  }
  host.windows = {window};
  platform.hosts = {host};
  return platform;
}

class TreeUnderTraffic {
 public:
  TreeUnderTraffic(unsigned bridges, bool compiled_routes, unsigned extra_cores = 0)
      : bridges_(bridges), platform(tree(bridges), {compiled_routes, false, {extra_cores}}) {}

  /// Starts, enables everything, and writes every decoder without committing it.
  void start() {
    platform.start();
    platforms::enable_all(platform);
    for (unsigned i = 0; i < size(); ++i) {
      auto written = program(i);
      written.commit = false;
      platforms::program_decoder(platform, component(i), written);
    }
  }

  std::size_t size() const { return platform.components().size(); }
  const platforms::Component& component(unsigned index) { return platform.components()[index]; }

  address::DecoderProgram program(unsigned index) {
    const std::uint64_t bytes = 512 * MiB * bridges_;
    switch (component(index).kind) {
      case address::ComponentKind::host_bridge:
        return decoder(0, under_traffic_base, bytes, 1, 256, {4});
      case address::ComponentKind::switch_upstream:
        return decoder(0, under_traffic_base, bytes, 2, 256 * bridges_, {8, 9});
      default:
        return decoder(0, under_traffic_base, bytes, 2 * bridges_, 256);
    }
  }
  void commit(unsigned index) {
    platforms::program_decoder(platform, component(index), program(index));
  }
  void uncommit(unsigned index) {
    const unsigned block = component(index).mmio_block;
    auto& mmio = platform.mmio();
    mmio.write(block, mmio.hdm_structure(block) + address::hdm::offset_of(0, address::hdm::control),
               0, 4);
  }
  bool is_committed(unsigned index) { return component(index).decoders->is_committed(0); }

  /// Index of a component by its label.
  unsigned index_of(const std::string& label) {
    for (unsigned i = 0; i < size(); ++i) {
      if (component(i).label == label) return i;
    }
    return ~0u;
  }

  /// One access to each granule of a stripe, and what it must come to by the state of the decoders
  /// on its way alone.
  void check_every_way() {
    const unsigned devices = 2 * bridges_;
    for (unsigned granule = 0; granule < devices; ++granule) {
      const unsigned bridge = granule % bridges_, below = granule / bridges_;
      const std::array<std::string, 3> way{"h0.hb" + std::to_string(bridge),
                                           "sw" + std::to_string(bridge),
                                           "mem" + std::to_string(2 * bridge + below)};
      std::uint8_t data[64] = {static_cast<std::uint8_t>(granule)};
      const auto outcome = platform.direct(0).write(under_traffic_base + 256 * granule, data, 64);
      const auto first = std::find_if(way.begin(), way.end(), [&](const std::string& label) {
        return !is_committed(index_of(label));
      });
      if (first == way.end()) {
        ASSERT_TRUE(outcome.ok());
        ASSERT_EQ(static_cast<unsigned>(outcome.access.device), 2 * bridge + below);
        ASSERT_EQ(outcome.access.dpa, 0u);
      } else {
        ASSERT_EQ(outcome.access.cause, Cause::not_committed);
        ASSERT_EQ(outcome.access.where, *first);
        ASSERT_EQ(outcome.access.decoder, 0);
      }
    }
  }

 private:
  unsigned bridges_;

 public:
  Platform platform;
};

class UnderTraffic : public WithAndWithoutCompiledRoutes {};

TEST_P(UnderTraffic, EveryOrderOfCommitsAndUncommitsOfBridgeSwitchAndTwoDevices) {
  TreeUnderTraffic tree(1, GetParam());
  tree.start();
  std::vector<unsigned> up(tree.size());
  std::iota(up.begin(), up.end(), 0);
  ASSERT_EQ(up.size(), 4u);
  do {
    std::vector<unsigned> down(up.size());
    std::iota(down.begin(), down.end(), 0);
    do {
      for (unsigned index : up) {
        tree.commit(index);
        ASSERT_NO_FATAL_FAILURE(tree.check_every_way());
      }
      for (unsigned index : down) {
        tree.uncommit(index);
        ASSERT_NO_FATAL_FAILURE(tree.check_every_way());
      }
    } while (std::next_permutation(down.begin(), down.end()));
  } while (std::next_permutation(up.begin(), up.end()));
}

TEST_P(UnderTraffic, EveryOrderOfCommitsOfTwoBridgesTwoSwitchesAndFourDevices) {
  TreeUnderTraffic tree(2, GetParam());
  tree.start();
  std::vector<unsigned> order(tree.size());
  std::iota(order.begin(), order.end(), 0);
  ASSERT_EQ(order.size(), 8u);
  unsigned number = 0;
  do {
    // All states between are met in all orders; every seventh order keeps this within seconds.
    if (number++ % 7 != 0) continue;
    for (unsigned index : order) {
      tree.commit(index);
      ASSERT_NO_FATAL_FAILURE(tree.check_every_way());
    }
    for (unsigned index : order) tree.uncommit(index);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_P(UnderTraffic, RemapIsSeenWhole) {
  TreeUnderTraffic tree(1, GetParam());
  tree.start();
  for (unsigned i = 0; i < tree.size(); ++i) tree.commit(i);
  const unsigned sw = tree.index_of("sw0");
  const auto lands_in = [&](std::uint64_t hpa) {
    std::uint8_t byte = 0;
    const auto outcome = tree.platform.direct(0).read(hpa, &byte, 1);
    return outcome.ok() ? static_cast<int>(outcome.access.device) : -1;
  };
  ASSERT_EQ(lands_in(under_traffic_base), 0);
  tree.uncommit(sw);
  auto swapped = tree.program(sw);
  swapped.targets = {9, 8};
  for (const auto& write :
       address::register_writes(address::ComponentKind::switch_upstream, swapped)) {
    EXPECT_EQ(lands_in(under_traffic_base), -1);
    const unsigned block = tree.component(sw).mmio_block;
    auto& mmio = tree.platform.mmio();
    mmio.write(block, mmio.hdm_structure(block) + write.offset, write.value, 4);
  }
  EXPECT_EQ(lands_in(under_traffic_base), 1);
  EXPECT_EQ(lands_in(under_traffic_base + 256), 0);
}

TEST_P(UnderTraffic, HotPluggedDeviceAppearsOnlyOnceItIsProgrammed) {
  TreeUnderTraffic tree(1, GetParam());
  tree.start();
  for (unsigned i = 0; i < tree.size(); ++i) tree.commit(i);
  const auto touch = [&] {
    std::uint8_t data[8];
    std::fill_n(data, 8, 0x11);
    const auto outcome = tree.platform.direct(0).read(under_traffic_base, data, 8);
    EXPECT_EQ(data[0], outcome.ok() ? 0x00 : 0xFF);
    // The neighbour in the set never notices.
    EXPECT_TRUE(tree.platform.direct(0).read(under_traffic_base + 256, data, 8).ok());
    return outcome.access.cause;
  };
  const unsigned device = tree.index_of("mem0");
  for (int round = 0; round < 3; ++round) {
    std::uint8_t data[8] = {9, 9};
    EXPECT_TRUE(tree.platform.direct(0).write(under_traffic_base, data, 8).ok());
    tree.platform.unplug("mem0");
    EXPECT_EQ(touch(), Cause::link_down);
    tree.platform.plug("mem0");
    EXPECT_EQ(touch(), Cause::memory_disabled);
    platforms::enable(tree.platform, tree.component(device));
    EXPECT_EQ(touch(), Cause::no_decoder);
    auto written = tree.program(device);
    written.commit = false;
    platforms::program_decoder(tree.platform, tree.component(device), written);
    EXPECT_EQ(touch(), Cause::not_committed);
    tree.commit(device);
    EXPECT_EQ(touch(), Cause::none);
  }
}

/// Random reads and writes of 1 to 1,024 bytes over the window, for ever.
class RandomSource : public traffic::RequestSource {
 public:
  explicit RandomSource(std::uint64_t requests) : left_(requests) {}
  Next next(traffic::Request& request) override {
    if (left_ == 0) return Next::done;
    --left_;
    state_ = traffic::mix(state_ + left_);
    request.op = state_ & 1 ? traffic::Op::read : traffic::Op::write;
    request.size = 1 + (state_ >> 1) % 1024;
    request.enables =
        state_ >> 20 & 1 ? traffic::ByteEnables::all : traffic::ByteEnables::alternate;
    request.address = under_traffic_base + (state_ >> 24) % 65536;
    return Next::request;
  }

 private:
  std::uint64_t left_;
  std::uint64_t state_ = 1;
};

/// Does one register operation after another, one at each activation, while there is one.
class Operator : public sc_core::sc_module {
 public:
  std::function<bool()> operate;

  explicit Operator(sc_core::sc_module_name name) : sc_module(name) {
    SC_HAS_PROCESS(Operator);
    SC_METHOD(run);
    sensitive << begin_;
    dont_initialize();
  }
  void begin(sc_core::sc_time pause) {
    pause_ = pause;
    begin_.notify(pause);
  }

 private:
  void run() {
    if (operate()) next_trigger(pause_);
  }

  sc_core::sc_event begin_;
  sc_core::sc_time pause_;
};

TEST_P(UnderTraffic, EveryRequestOfARunWithReprogrammingIsAnsweredRight) {
  TreeUnderTraffic tree(2, GetParam(), 1);
  std::vector<fabric::Endpoint*> devices;
  for (std::size_t i = 0; i < tree.platform.device_count(); ++i) {
    devices.push_back(&tree.platform.device(i));
  }
  traffic::Scoreboard scoreboard(devices);
  // Functional: a host that is refused by its own bridge loses no time, and would be through with
  // its requests before the first register operation. Here the two take turns.
  traffic::Initiator::Config config;
  config.label = "initiator";
  config.injection.outstanding = 4;
  traffic::Initiator initiator("initiator", config, tree.platform.host(0), scoreboard, nullptr);
  ProtocolChecker checker("checker");
  checker.between(initiator.socket, tree.platform.host(0).core[1]);
  Operator firmware("firmware");
  tree.start();
  std::uint64_t state = 7;
  unsigned operations = 0;
  firmware.operate = [&] {
    state = traffic::mix(state + 1);
    const auto index = static_cast<unsigned>(state % tree.size());
    if (!tree.is_committed(index)) {
      tree.commit(index);
    } else if ((state >> 8) % 4 == 0) {
      tree.uncommit(index);
    }
    ++operations;
    return !initiator.finished();
  };
  firmware.begin(sc_core::SC_ZERO_TIME);
  initiator.begin(std::make_unique<RandomSource>(100'000));
  sc_core::sc_start();
  const auto& seen = initiator.statistics();
  EXPECT_TRUE(initiator.finished());
  EXPECT_EQ(seen.asked, 100'000u);
  EXPECT_EQ(seen.verified, 100'000u);
  EXPECT_EQ(seen.completed + seen.refused, seen.asked);
  EXPECT_EQ(seen.causes[static_cast<int>(Cause::not_committed)], seen.refused);
  EXPECT_GT(seen.completed, 1000u);
  EXPECT_GT(seen.refused, 1000u);
  EXPECT_GT(operations, 200u);
  EXPECT_GT(scoreboard.audit(), 0u);
  for (const auto& failure : scoreboard.failures()) ADD_FAILURE() << failure.text;
}

INSTANTIATE_TEST_SUITE_P(Routes, UnderTraffic, testing::Bool(), route_name);

}  // namespace
}  // namespace cxlpool::module_test
