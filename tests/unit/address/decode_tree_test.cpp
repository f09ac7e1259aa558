// SPDX-License-Identifier: Apache-2.0
#include "models/address/decode_tree.h"

#include <set>

#include <gtest/gtest.h>

#include "random_tree.h"

namespace cxlpool::address {
namespace {

using test::LiveTree;
using test::RandomTree;

/// A bridge with a device at its first port and a 1-way window over it, all programmed.
struct OneDevice : LiveTree {
  NodeIndex bridge, device;

  OneDevice() : bridge(add_bridge(5)), device(add_device(bridge, {2 * hdm_quantum, 0, 0})) {
    FixedMemoryWindow window;
    window.base = 4 * hdm_quantum;
    window.size = 4 * hdm_quantum;
    window.targets = {5};
    tree.windows.push_back(window);
    DecoderProgram decoder;
    decoder.base = window.base;
    decoder.size = 2 * hdm_quantum;
    decoder.targets[0] = port_number(0);
    program(bridge, decoder);
    program(device, decoder);
  }

  void expect(Cause cause, NodeIndex node, int decoder, std::uint64_t hpa = 4 * hdm_quantum) {
    const Route route = walk(tree, hpa);
    EXPECT_EQ(route.cause, cause) << name(route.cause);
    EXPECT_EQ(route.node, node);
    EXPECT_EQ(route.decoder, decoder);
  }
};

TEST(Walk, ReportsEveryStepAndTheContiguousRange) {
  OneDevice one;
  const Route route = walk(one.tree, 4 * hdm_quantum + 777);
  EXPECT_TRUE(route.good());
  EXPECT_EQ(route.window, 0);
  EXPECT_EQ(route.window_target, 0u);
  EXPECT_EQ(route.node, one.device);
  EXPECT_EQ(route.decoder, 0);
  EXPECT_EQ(route.dpa, 777u);
  EXPECT_EQ(route.first, 4 * hdm_quantum);
  EXPECT_EQ(route.last, 6 * hdm_quantum - 1);
  ASSERT_EQ(route.steps.size(), 1u);
  EXPECT_EQ(route.steps[0].node, one.bridge);
  EXPECT_EQ(route.steps[0].decoder, 0);
  EXPECT_EQ(route.steps[0].target_index, 0u);
  EXPECT_EQ(route.steps[0].port, LiveTree::port_number(0));
}

TEST(Walk, NamesTheWindowThatIsMissing) {
  OneDevice one;
  one.expect(Cause::no_window, no_node, -1, 4 * hdm_quantum - 1);
  one.expect(Cause::no_window, no_node, -1, 8 * hdm_quantum);
  one.tree.windows[0].targets[0] = 6;
  one.expect(Cause::window_target, no_node, -1);
}

TEST(Walk, NamesTheDecoderThatIsMissing) {
  OneDevice one;
  one.expect(Cause::no_decoder, one.bridge, -1, 6 * hdm_quantum);
  one.block(one.device).write(hdm::offset_of(0, hdm::control), 0);
  one.expect(Cause::not_committed, one.device, 0);
  one.block(one.device).reset();
  one.expect(Cause::decode_disabled, one.device, -1);
  one.block(one.device).write(hdm::global_control, hdm::decoder_enable);
  one.expect(Cause::no_decoder, one.device, -1);
  one.block(one.bridge).write(hdm::offset_of(0, hdm::control), 0);
  one.expect(Cause::not_committed, one.bridge, 0);
  one.block(one.bridge).write(hdm::global_control, 0);
  one.expect(Cause::decode_disabled, one.bridge, -1);
}

TEST(Walk, NamesThePortThatLeadsNowhere) {
  OneDevice one;
  auto& port = one.node(one.bridge).ports[0];
  port.child = no_node;
  one.expect(Cause::empty_port, one.bridge, 0);
  port.why = Cause::link_down;
  one.expect(Cause::link_down, one.bridge, 0);
  port.number = 77;
  one.expect(Cause::no_port, one.bridge, 0);
}

TEST(Walk, NamesTheDeviceThatCannotAnswer) {
  OneDevice one;
  one.node(one.device).partitions.volatile_bytes = hdm_quantum;
  one.expect(Cause::none, one.device, 0, 5 * hdm_quantum - 1);
  EXPECT_EQ(walk(one.tree, 4 * hdm_quantum).last, 5 * hdm_quantum - 1);
  one.expect(Cause::beyond_capacity, one.device, 0, 5 * hdm_quantum);
  one.node(one.device).memory_enabled = false;
  one.expect(Cause::memory_disabled, one.device, -1);
}

TEST(Walk, EndsAtAForeignEndpoint) {
  OneDevice one;
  one.node(one.device).kind = Node::Kind::foreign;
  one.expect(Cause::none, one.device, -1);
}

TEST(Walk, PassThroughBridgesNeedNoDecoder) {
  OneDevice one;
  one.make_pass_through(one.bridge);
  const Route route = walk(one.tree, 4 * hdm_quantum);
  EXPECT_TRUE(route.good());
  EXPECT_EQ(route.steps[0].decoder, -1);
  EXPECT_EQ(route.steps[0].port, LiveTree::port_number(0));
}

TEST(HpasOf, FindsNoneWhereNothingDecodes) {
  OneDevice one;
  EXPECT_EQ(hpas_of(one.tree, one.device, 5), std::vector<std::uint64_t>{4 * hdm_quantum + 5});
  EXPECT_TRUE(hpas_of(one.tree, one.device, 2 * hdm_quantum).empty());
  one.block(one.bridge).reset();
  EXPECT_TRUE(hpas_of(one.tree, one.device, 5).empty());
}

TEST(HpasOf, FindsEveryAlias) {
  OneDevice one;
  // The device believes in two ways, but the bridge sends it both.
  one.block(one.device).write(hdm::offset_of(0, hdm::control), 0);
  DecoderProgram two;
  two.base = 4 * hdm_quantum;
  two.size = 2 * hdm_quantum;
  two.interleave = *Interleave::from_values(2, 256);
  one.program(one.device, two);
  const std::uint64_t base = 4 * hdm_quantum;
  EXPECT_EQ(hpas_of(one.tree, one.device, 300),
            (std::vector<std::uint64_t>{base + 512 + 44, base + 768 + 44}));
}

/// A byte of some device.
using Place = std::pair<NodeIndex, std::uint64_t>;

// The set of granules of one stripe, whichever it is, must be every device's granule of that
// stripe: then no two addresses share a byte, and none is out of reach.
TEST(DecodeTree, RegionsAreOneToOneAndOnto) {
  std::mt19937_64 random(21);
  for (int round = 0; round < 300; ++round) {
    const RandomTree it(random);
    for (const RandomTree::Region& region : it.regions) {
      const std::uint64_t granularity = region.interleave.granularity();
      const unsigned ways = region.interleave.ways();
      const std::uint64_t stripes = region.size / ways / granularity;
      for (const std::uint64_t stripe : {std::uint64_t{0}, std::uint64_t{1}, stripes - 1,
                                         random() % stripes, random() % stripes}) {
        std::set<Place> reached, expected;
        for (unsigned i = 0; i < ways; ++i) {
          const Route route =
              walk(it.tree, region.base + (stripe * ways + i) * granularity + stripe % granularity);
          ASSERT_TRUE(route.good()) << round << ": " << text(route.cause);
          ASSERT_EQ(route.decoder, static_cast<int>(region.decoder));
          reached.emplace(route.node, route.dpa);
        }
        for (const NodeIndex device : it.devices) {
          const HdmDecoderBlock& decoders = *it.tree.nodes[device].decoders;
          expected.emplace(device, decoders.dpa_base(region.decoder) + stripe * granularity +
                                       stripe % granularity);
        }
        ASSERT_EQ(reached, expected) << round;
      }
    }
  }
}

TEST(DecodeTree, EveryByteOfARegionHasOneAddress) {
  std::mt19937_64 random(22);
  for (int round = 0; round < 300; ++round) {
    const RandomTree it(random);
    for (const RandomTree::Region& region : it.regions) {
      const NodeIndex device = it.devices[random() % it.devices.size()];
      const std::uint64_t share = region.size / region.interleave.ways();
      const std::uint64_t dpa =
          it.tree.nodes[device].decoders->dpa_base(region.decoder) + random() % share;
      const auto found = hpas_of(it.tree, device, dpa);
      ASSERT_EQ(found.size(), 1u) << round;
      const Route route = walk(it.tree, found[0]);
      ASSERT_EQ(Place(route.node, route.dpa), Place(device, dpa)) << round;
    }
  }
}

// However wrong the programming: what an address reaches, hpas_of() finds the address from, and
// what it finds reaches the byte.
TEST(DecodeTree, HpasOfInvertsWalkHoweverDecodersAreProgrammed) {
  std::mt19937_64 random(23);
  unsigned reached = 0, aliases = 0;
  for (int round = 0; round < 300; ++round) {
    RandomTree it(random);
    for (unsigned harm = 1 + random() % 4; harm > 0; --harm) it.break_something(random);
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t hpa = it.any_address(random);
      const Route route = walk(it.tree, hpa);
      if (!route.good() || it.tree.nodes[route.node].kind != Node::Kind::device) continue;
      ++reached;
      const auto found = hpas_of(it.tree, route.node, route.dpa);
      ASSERT_EQ(std::count(found.begin(), found.end(), hpa), 1) << round;
      ASSERT_TRUE(std::is_sorted(found.begin(), found.end()));
      aliases += found.size() > 1;
      for (const std::uint64_t other : found) {
        const Route again = walk(it.tree, other);
        ASSERT_TRUE(again.good());
        ASSERT_EQ(Place(again.node, again.dpa), Place(route.node, route.dpa)) << round;
      }
    }
  }
  EXPECT_GT(reached, 5'000u);
  EXPECT_GT(aliases, 50u);
}

TEST(DecodeTree, RouteRangesAreContiguous) {
  std::mt19937_64 random(24);
  for (int round = 0; round < 300; ++round) {
    RandomTree it(random);
    if (round % 2) it.break_something(random);
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t hpa = it.any_address(random);
      const Route route = walk(it.tree, hpa);
      if (!route.good() || it.tree.nodes[route.node].kind != Node::Kind::device) continue;
      ASSERT_LE(route.first, hpa);
      ASSERT_GE(route.last, hpa);
      for (const std::uint64_t edge : {route.first, route.last}) {
        const Route there = walk(it.tree, edge);
        ASSERT_TRUE(there.good()) << round;
        ASSERT_EQ(there.node, route.node);
        ASSERT_EQ(there.dpa - route.dpa, edge - hpa) << round;
      }
    }
  }
}

}  // namespace
}  // namespace cxlpool::address
