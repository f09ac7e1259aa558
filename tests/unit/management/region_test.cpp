// SPDX-License-Identifier: Apache-2.0
#include "models/management/region.h"

#include <map>
#include <random>

#include "pool.h"

namespace cxlpool::management {
namespace {

using address::FixedMemoryWindow;
using address::hdm_quantum;
using address::HdmCapability;
using address::Interleave;
using address::NodeIndex;
using address::Route;
using test::Levels;
using test::make_region;
using test::plan;
using test::Pool;

const address::DecoderProgram& program_of(const RegionPlan& plan, NodeIndex node) {
  for (const DecoderAssignment& assignment : plan.decoders) {
    if (assignment.node == node) return assignment.program;
  }
  ADD_FAILURE() << "no program for node " << node;
  return plan.decoders.front().program;
}

/// The position whose device an address must reach: the window's target, then the address bits
/// above those that the window takes, level by level.
std::size_t expected_position(const FixedMemoryWindow& window, unsigned ways, std::uint64_t hpa,
                              unsigned granularity) {
  const unsigned root = window.interleave.ways();
  const std::uint64_t lower = hpa / granularity >> window.interleave.binary_ways_bits();
  return window.target_index(hpa) + root * (lower % (ways / root));
}

/// One stripe must visit every device once, each at the stripe's place in its share.
void check_stripe(const Pool& pool, const RegionPlan& plan, const RegionRequest& request,
                  const std::map<NodeIndex, std::uint64_t>& share_base, std::uint64_t stripe,
                  std::uint64_t within) {
  const unsigned ways = plan.interleave.ways();
  const std::uint64_t granularity = plan.interleave.granularity();
  std::map<NodeIndex, unsigned> visits;
  for (unsigned i = 0; i < ways; ++i) {
    const std::uint64_t hpa = plan.base + (stripe * ways + i) * granularity + within;
    const Route route = walk(pool.tree, hpa);
    ASSERT_TRUE(route.good()) << text(route.cause) << " at " << std::hex << hpa;
    ASSERT_EQ(share_base.count(route.node), 1u) << pool.tree.nodes[route.node].name;
    EXPECT_EQ(route.dpa, share_base.at(route.node) + stripe * granularity + within);
    EXPECT_LE(route.first, hpa);
    EXPECT_GE(route.last, hpa);
    const std::size_t position = expected_position(pool.tree.windows[request.window], ways, hpa,
                                                   plan.interleave.granularity());
    EXPECT_EQ(route.node, request.devices[position]) << "position " << position;
    EXPECT_EQ(hpas_of(pool.tree, route.node, route.dpa), std::vector<std::uint64_t>{hpa});
    ++visits[route.node];
  }
  EXPECT_EQ(visits.size(), ways);
}

/// Call after the region has been programmed.
void check_region(const Pool& pool, const RegionPlan& plan, const RegionRequest& request) {
  const unsigned ways = plan.interleave.ways();
  ASSERT_EQ(ways, request.devices.size());
  std::map<NodeIndex, std::uint64_t> share_base;
  for (const NodeIndex device : request.devices) {
    const auto& program = program_of(plan, device);
    share_base[device] = pool.tree.nodes[device].decoders->dpa_base(program.index);
  }
  const std::uint64_t stripes = plan.size / (ways * plan.interleave.granularity());
  std::vector<std::uint64_t> chosen;
  for (std::uint64_t i = 0; i < 24; ++i) {
    chosen.push_back(i);
    chosen.push_back(stripes - 1 - i);
  }
  std::mt19937_64 random(11);
  for (int i = 0; i < 100; ++i) chosen.push_back(random() % stripes);
  for (const std::uint64_t stripe : chosen) {
    check_stripe(pool, plan, request, share_base, stripe, random() % plan.interleave.granularity());
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_NE(walk(pool.tree, plan.base + plan.size).decoder,
            program_of(plan, request.devices[0]).index);
}

std::vector<std::uint64_t> maps_of(unsigned root_ways) {
  std::vector<std::uint64_t> maps{0x2020900, 0x4041200, 0x1010400, 0x800};
  maps.resize(address::XorMaps::needed(root_ways));
  return maps;
}

struct Shape {
  Levels levels;
  bool exclusive_or = false;
};

std::string shape_name(const ::testing::TestParamInfo<Shape>& info) {
  std::string name = info.param.exclusive_or ? "xor" : "modulo";
  for (const unsigned ways : info.param.levels) name += "_" + std::to_string(ways);
  return name;
}

class RegionShape : public ::testing::TestWithParam<Shape> {
 protected:
  Pool make_pool() const {
    Pool pool(GetParam().levels);
    FixedMemoryWindow& window = pool.tree.windows[0];
    if (GetParam().exclusive_or) {
      window.arithmetic = address::Arithmetic::exclusive_or;
      window.xor_maps = address::XorMaps(maps_of(window.interleave.ways()));
    }
    EXPECT_EQ(window.violations(), std::vector<std::string>());
    return pool;
  }
};

TEST_P(RegionShape, StripesVisitEveryDeviceOnce) {
  Pool pool = make_pool();
  const RegionPlan plan = make_region(pool, pool.request());
  EXPECT_EQ(plan.base, pool.tree.windows[0].base);
  EXPECT_EQ(plan.size, 4 * hdm_quantum * pool.devices.size());
  check_region(pool, plan, pool.request());
}

// Bases of windows and regions are multiples of 256 MiB, not of 3 x 256 MiB or of the stripe.
TEST_P(RegionShape, UnalignedBasesShiftNothingButTheFirstTarget) {
  for (const unsigned quanta : {17u, 18u, 19u, 23u}) {
    Pool pool = make_pool();
    pool.tree.windows[0].base = quanta * hdm_quantum;
    auto request = pool.request();
    request.size = hdm_quantum * pool.devices.size();
    check_region(pool, make_region(pool, request), request);
    check_region(pool, make_region(pool, request), request);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Region, RegionShape,
    ::testing::Values(Shape{{1}}, Shape{{2}}, Shape{{4}}, Shape{{8}}, Shape{{16}}, Shape{{3}},
                      Shape{{6}}, Shape{{12}}, Shape{{1, 2}}, Shape{{1, 8}}, Shape{{2, 8}},
                      Shape{{4, 4}}, Shape{{3, 2}}, Shape{{3, 4}}, Shape{{6, 2}}, Shape{{1, 1, 4}},
                      Shape{{2, 2, 2}}, Shape{{3, 2, 2}}, Shape{{1, 2, 2, 2}}, Shape{{2, 2, 2, 2}},
                      Shape{{3, 1, 2, 2}}, Shape{{2}, true}, Shape{{4}, true}, Shape{{8}, true},
                      Shape{{16}, true}, Shape{{3}, true}, Shape{{6}, true}, Shape{{12}, true},
                      Shape{{2, 2}, true}, Shape{{4, 2, 2}, true}, Shape{{3, 4}, true},
                      Shape{{6, 2}, true}, Shape{{2, 2, 2, 2}, true}),
    shape_name);

// The example of ndctl's cxl-region-sysfs.sh.
TEST(Region, GranularityGrowsLevelByLevel) {
  Pool pool({2, 2, 2});
  pool.tree.windows[0].interleave = *Interleave::from_values(2, 4096);
  auto request = pool.request();
  request.size = 8 * hdm_quantum;
  const RegionPlan plan = make_region(pool, request);
  EXPECT_EQ(plan.interleave, *Interleave::from_values(8, 4096));
  for (const DecoderAssignment& assignment : plan.decoders) {
    EXPECT_EQ(assignment.program.base, plan.base);
    EXPECT_EQ(assignment.program.size, plan.size);
    const auto kind = pool.node(assignment.node).kind;
    const Interleave expected =
        kind == address::Node::Kind::host_bridge       ? *Interleave::from_values(2, 8192)
        : kind == address::Node::Kind::switch_upstream ? *Interleave::from_values(2, 16384)
                                                       : plan.interleave;
    EXPECT_EQ(assignment.program.interleave, expected);
  }
  check_region(pool, plan, request);
}

TEST(Region, RootOfThreeTakesNoAddressBits) {
  Pool pool({3, 2});
  const RegionPlan three = plan(pool, pool.request());
  EXPECT_EQ(program_of(three, 0).interleave, *Interleave::from_values(2, 256));
  Pool other({6, 2});
  const RegionPlan six = plan(other, other.request());
  EXPECT_EQ(program_of(six, 0).interleave, *Interleave::from_values(2, 512));
}

TEST(Region, ComesInCommitOrderWithSharedComponentsOnce) {
  Pool pool({2, 2, 2});
  std::vector<std::string> order;
  for (const auto& assignment : plan(pool, pool.request()).decoders) {
    order.push_back(pool.node(assignment.node).name);
  }
  EXPECT_EQ(order, (std::vector<std::string>{
                       "hb100.sw0.mem0", "hb100.sw0", "hb100", "hb101.sw0.mem0", "hb101.sw0",
                       "hb101", "hb100.sw1.mem0", "hb100.sw1", "hb101.sw1.mem0", "hb101.sw1",
                       "hb100.sw0.mem1", "hb101.sw0.mem1", "hb100.sw1.mem1", "hb101.sw1.mem1"}));
}

// Target lists follow positions, so any order that keeps the turns is as good as the ports' own.
TEST(Region, TargetListsFollowPositions) {
  Pool pool({1, 4});
  auto request = pool.request();
  std::swap(request.devices[0], request.devices[2]);
  const RegionPlan plan = make_region(pool, request);
  const auto number = [](std::size_t index) { return Pool::port_number(index); };
  const auto& targets = program_of(plan, 0).targets;
  EXPECT_EQ((std::vector<std::uint8_t>(targets.begin(), targets.begin() + 4)),
            (std::vector<std::uint8_t>{number(2), number(1), number(0), number(3)}));
  check_region(pool, plan, request);
}

TEST(Region, OneWayWindowLeavesTheGranularityFree) {
  for (unsigned granularity = 256; granularity <= 16384; granularity *= 2) {
    Pool pool({1, 2});
    auto request = pool.request();
    request.granularity = granularity;
    const RegionPlan plan = make_region(pool, request);
    EXPECT_EQ(plan.interleave.granularity(), granularity);
    EXPECT_EQ(program_of(plan, 0).interleave.granularity(), granularity);
    check_region(pool, plan, request);
  }
}

// 8 ways of 4 KiB leave 32 KiB to each bridge, which no register holds; a single target needs none.
TEST(Region, SingleTargetsNeedNoGranularity) {
  Pool pool({8});
  pool.tree.windows[0].interleave = *Interleave::from_values(8, 4096);
  check_region(pool, make_region(pool, pool.request()), pool.request());
}

TEST(Region, PassThroughBridgesAreNotProgrammed) {
  for (const Levels& levels :
       {Levels{1}, Levels{2}, Levels{12}, Levels{1, 1, 4}, Levels{3, 1, 2, 2}}) {
    Pool pool(levels);
    for (const auto& bridge : pool.tree.bridges) pool.make_pass_through(bridge.node);
    const RegionPlan plan = make_region(pool, pool.request());
    for (const auto& assignment : plan.decoders) {
      EXPECT_NE(pool.node(assignment.node).kind, address::Node::Kind::host_bridge);
    }
    check_region(pool, plan, pool.request());
  }
}

TEST(Region, DefaultSizeIsWhatTheSmallestDeviceGives) {
  Pool pool({2});
  pool.node(pool.devices[1]).partitions = {3 * hdm_quantum + 4096, 0, 0};
  EXPECT_EQ(plan(pool, pool.request()).size, 6 * hdm_quantum);
}

TEST(Region, DefaultSizeIsWhatTheWindowHasLeft) {
  Pool pool({2});
  pool.tree.windows[0].size = 4 * hdm_quantum;
  EXPECT_EQ(plan(pool, pool.request()).size, 4 * hdm_quantum);
}

TEST(Region, MayEndWithTheAddressSpace) {
  Pool pool({2});
  pool.tree.windows[0].size = 8 * hdm_quantum;
  pool.tree.windows[0].base = 0 - 8 * hdm_quantum;
  const RegionPlan plan = make_region(pool, pool.request());
  EXPECT_EQ(plan.base + plan.size, 0u);
  const Route route = walk(pool.tree, ~std::uint64_t{0});
  EXPECT_EQ(route.node, pool.devices[1]);
  EXPECT_EQ(route.dpa, 4 * hdm_quantum - 1);
}

TEST(Region, PersistentMemorySkipsWhatIsFreeBelow) {
  Pool pool({2, 2});
  auto ram = pool.request();
  ram.size = 4 * hdm_quantum;
  const RegionPlan first = make_region(pool, ram);
  auto pmem = pool.request();
  pmem.mode = RegionRequest::Mode::pmem;
  const RegionPlan second = make_region(pool, pmem);
  EXPECT_EQ(second.base, first.base + first.size);
  EXPECT_EQ(second.size, 8 * hdm_quantum);
  for (const NodeIndex device : pool.devices) {
    EXPECT_EQ(program_of(first, device).skip, 0u);
    EXPECT_EQ(program_of(second, device).skip, 3 * hdm_quantum);
    EXPECT_EQ(program_of(second, device).index, 1u);
    EXPECT_EQ(pool.block(device).dpa_base(1), 4 * hdm_quantum);
  }
  check_region(pool, first, ram);
  check_region(pool, second, pmem);
}

TEST(Region, DevicesWithOtherSharesTakenSkipDifferently) {
  Pool pool({1, 2});
  auto alone = pool.request();
  alone.devices = {pool.devices[0]};
  alone.size = hdm_quantum;
  make_region(pool, alone);
  auto pmem = pool.request();
  pmem.mode = RegionRequest::Mode::pmem;
  const RegionPlan both = make_region(pool, pmem);
  EXPECT_EQ(program_of(both, pool.devices[0]).skip, 3 * hdm_quantum);
  EXPECT_EQ(program_of(both, pool.devices[1]).skip, 4 * hdm_quantum);
  check_region(pool, both, pmem);
}

TEST(Region, EightDecodersHoldEightRegions) {
  HdmCapability ports;
  ports.decoders = 8;
  auto endpoint = HdmCapability::standard(address::ComponentKind::device);
  endpoint.decoders = 8;
  Pool pool({2, 2}, ports, {8 * hdm_quantum, 4 * hdm_quantum, 0}, endpoint);
  pool.add_window(2, 1024, 2000 * hdm_quantum);
  std::vector<std::pair<RegionPlan, RegionRequest>> made;
  for (unsigned i = 0; i < 8; ++i) {
    auto request = pool.request();
    request.window = i < 3 ? 0 : 1;
    request.mode = i < 5 ? RegionRequest::Mode::ram : RegionRequest::Mode::pmem;
    request.size = 4 * hdm_quantum;
    made.emplace_back(make_region(pool, request), request);
  }
  for (const auto& [plan, request] : made) check_region(pool, plan, request);
  EXPECT_EQ(program_of(made[5].first, pool.devices[0]).skip, 3 * hdm_quantum);
  EXPECT_EQ(program_of(made[7].first, pool.devices[0]).index, 7u);
}

// Device 1's second region must clear device 0's: same bridge, other endpoints.
TEST(Region, StaysAboveWhatSharedPortsDecode) {
  Pool pool({1, 2});
  auto left = pool.request(), right = pool.request();
  left.devices = {pool.devices[0]};
  right.devices = {pool.devices[1]};
  left.size = right.size = hdm_quantum;
  EXPECT_EQ(make_region(pool, left).base, 16 * hdm_quantum);
  const RegionPlan plan = make_region(pool, right);
  EXPECT_EQ(plan.base, 17 * hdm_quantum);
  EXPECT_EQ(program_of(plan, 0).index, 1u);
  EXPECT_EQ(program_of(plan, pool.devices[1]).index, 0u);
}

TEST(Region, TakesTheLowestHoleThatOtherBridgesLeave) {
  Pool pool({2});
  pool.add_window(1, 256, 1000 * hdm_quantum).targets = {100};
  auto& shared = pool.tree.windows[1];
  address::DecoderProgram other;  // a decoder below the other bridge, in the middle of the window
  other.base = shared.base + hdm_quantum;
  other.size = hdm_quantum;
  pool.program(pool.devices[1], other);
  auto request = pool.request();
  request.window = 1;
  request.devices = {pool.devices[0]};
  request.size = 2 * hdm_quantum;
  EXPECT_EQ(plan(pool, request).base, shared.base + 2 * hdm_quantum);
  request.size = hdm_quantum;
  EXPECT_EQ(plan(pool, request).base, shared.base);
}

TEST(Region, FixedWindowsLockTheirDecoders) {
  Pool pool({2});
  EXPECT_FALSE(plan(pool, pool.request()).decoders.front().program.lock);
  pool.tree.windows[0].restrictions |= address::restrict_fixed;
  const RegionPlan plan = make_region(pool, pool.request());
  for (const auto& assignment : plan.decoders) EXPECT_TRUE(assignment.program.lock);
}

TEST(Region, PlanningChangesNothing) {
  Pool pool({2, 2});
  const RegionPlan first = plan(pool, pool.request());
  const RegionPlan second = plan(pool, pool.request());
  EXPECT_EQ(first.base, second.base);
  EXPECT_EQ(program_of(second, 0).index, 0u);
}

}  // namespace
}  // namespace cxlpool::management
