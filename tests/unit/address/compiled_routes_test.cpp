// SPDX-License-Identifier: Apache-2.0
#include "models/address/compiled_routes.h"

#include <array>

#include <gtest/gtest.h>

#include "random_tree.h"

namespace cxlpool::address {
namespace {

using test::RandomTree;

/// find() and walk() agree. Capacity is the one failure that a leaf leaves to its user.
void expect_same(const DecodeTree& tree, const CompiledRoutes& routes, std::uint64_t hpa) {
  SCOPED_TRACE(::testing::Message() << std::hex << "hpa " << hpa);
  const Route route = walk(tree, hpa);
  const CompiledRoutes::Leaf* leaf = routes.find(hpa);
  if (route.cause == Cause::no_window) {
    EXPECT_EQ(leaf, nullptr);
    return;
  }
  ASSERT_NE(leaf, nullptr);
  EXPECT_EQ(leaf->node, route.node);
  EXPECT_EQ(leaf->decoder, route.decoder);
  EXPECT_EQ(routes.leaves()[routes.index_of(leaf)].node, route.node);
  if (route.cause == Cause::beyond_capacity) {
    EXPECT_EQ(leaf->cause, Cause::none);
    EXPECT_FALSE(leaf->exists(leaf->dpa(hpa)));
    return;
  }
  EXPECT_EQ(leaf->cause, route.cause);
  if (!route.good()) return;
  EXPECT_EQ(leaf->foreign, tree.nodes[route.node].kind == Node::Kind::foreign);
  if (leaf->foreign) return;
  EXPECT_EQ(leaf->dpa(hpa), route.dpa);
  EXPECT_TRUE(leaf->exists(leaf->dpa(hpa)));
}

TEST(CompiledRoutes, OfNothingFindNothing) {
  EXPECT_EQ(CompiledRoutes().find(0), nullptr);
  const DecodeTree empty;
  EXPECT_EQ(CompiledRoutes(empty).find(0), nullptr);
}

TEST(CompiledRoutes, AgreeWithTheWalkOverLegalTrees) {
  std::mt19937_64 random(31);
  for (int round = 0; round < 300; ++round) {
    const RandomTree it(random);
    const CompiledRoutes routes(it.tree);
    for (int i = 0; i < 200; ++i) expect_same(it.tree, routes, it.any_address(random));
    ASSERT_FALSE(::testing::Test::HasFailure()) << round;
  }
}

TEST(CompiledRoutes, FindLocalMemoryBesideTheWindows) {
  std::mt19937_64 random(35);
  for (const bool below : {true, false}) {
    RandomTree it(random);
    std::uint64_t lowest = ~0ull, highest = 0;
    for (const FixedMemoryWindow& window : it.tree.windows) {
      lowest = std::min(lowest, window.base);
      highest = std::max(highest, window.base + window.size);
    }
    const std::uint64_t size = 0x5000;
    const LocalRange range{below ? lowest - size : highest, size};
    it.tree.nodes.emplace_back();
    it.tree.nodes.back().kind = Node::Kind::local_memory;
    it.tree.local = {range, static_cast<NodeIndex>(it.tree.nodes.size() - 1)};
    const CompiledRoutes routes(it.tree);
    for (const std::uint64_t hpa : {range.base, range.base + 0x2fff, range.base + size - 1}) {
      expect_same(it.tree, routes, hpa);
      EXPECT_EQ(walk(it.tree, hpa).dpa, hpa - range.base);
    }
    expect_same(it.tree, routes, range.base - 1);
    expect_same(it.tree, routes, range.base + size);
    for (int i = 0; i < 200; ++i) expect_same(it.tree, routes, it.any_address(random));
  }
}

TEST(CompiledRoutes, AgreeWithTheWalkHoweverDecodersAreProgrammed) {
  std::mt19937_64 random(32);
  std::array<unsigned, cause_count> met{};
  for (int round = 0; round < 500; ++round) {
    RandomTree it(random);
    for (unsigned harm = 1 + random() % 6; harm > 0; --harm) it.break_something(random);
    const CompiledRoutes routes(it.tree);
    for (int i = 0; i < 200; ++i) {
      const std::uint64_t hpa = it.any_address(random);
      ++met[static_cast<std::size_t>(walk(it.tree, hpa).cause)];
      expect_same(it.tree, routes, hpa);
    }
    ASSERT_FALSE(::testing::Test::HasFailure()) << round;
  }
  for (std::size_t cause = 0; cause < cause_count; ++cause) {
    if (cause >= static_cast<std::size_t>(Cause::crossing)) continue;  // no failures of decoding
    EXPECT_GT(met[cause], 10u) << "hardly tried: " << name(static_cast<Cause>(cause));
  }
}

// The segment hit last is remembered; neighbours and far addresses must not be answered from it.
TEST(CompiledRoutes, RememberTheSegmentWithoutAnsweringForOthers) {
  std::mt19937_64 random(33);
  const RandomTree it(random);
  CompiledRoutes built(it.tree);
  const CompiledRoutes routes = std::move(built);
  for (const FixedMemoryWindow& window : it.tree.windows) {
    const std::uint64_t last = window.base + window.size - 1;
    for (const std::uint64_t hpa : {window.base, window.base - 1, window.base, last, last + 1, last,
                                    std::uint64_t{0}, last, ~std::uint64_t{0}, window.base}) {
      expect_same(it.tree, routes, hpa);
    }
  }
}

TEST(CompiledRoutes, ReachTheEndOfTheAddressSpace) {
  test::LiveTree it;
  const NodeIndex bridge = it.add_bridge(1);
  const NodeIndex device = it.add_device(bridge, {hdm_quantum, 0, 0});
  FixedMemoryWindow window;
  window.base = 0 - 2 * hdm_quantum;
  window.size = 2 * hdm_quantum;
  window.targets = {1};
  it.tree.windows.push_back(window);
  DecoderProgram decoder;
  decoder.base = 0 - hdm_quantum;
  decoder.size = hdm_quantum;
  decoder.targets[0] = test::LiveTree::port_number(0);
  it.program(bridge, decoder);
  it.program(device, decoder);
  const CompiledRoutes routes(it.tree);
  for (const std::uint64_t hpa : {window.base - 1, window.base, decoder.base - 1, decoder.base,
                                  ~std::uint64_t{0}, std::uint64_t{0}}) {
    expect_same(it.tree, routes, hpa);
  }
  EXPECT_EQ(routes.find(~std::uint64_t{0})->node, device);
}

}  // namespace
}  // namespace cxlpool::address
