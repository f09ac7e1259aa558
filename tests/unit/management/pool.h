// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "models/management/region.h"
#include "tests/unit/address/live_tree.h"

namespace cxlpool::management::test {

using address::hdm_quantum;
using address::HdmCapability;
using address::NodeIndex;

/// Ways at every level from the window down: {2, 2, 2} is two bridges with two switches with two
/// devices each; {3} is three bridges with a device each.
using Levels = std::vector<unsigned>;

/// Every level has the same width all over. `devices` are in position order.
struct Pool : address::test::LiveTree {
  std::vector<NodeIndex> devices;

  explicit Pool(const Levels& levels, HdmCapability ports = {},
                address::Partitions partitions = {4 * hdm_quantum, 2 * hdm_quantum, 0},
                HdmCapability endpoint = HdmCapability::standard(address::ComponentKind::device)) {
    std::vector<NodeIndex> level;
    for (unsigned i = 0; i < levels[0]; ++i) level.push_back(add_bridge(100 + i, ports));
    for (std::size_t depth = 1; depth <= levels.size(); ++depth) {
      const bool last = depth + 1 >= levels.size();
      const unsigned ways = depth < levels.size() ? levels[depth] : 1;
      // Position order: the next index at a level comes after all that the levels above have.
      std::vector<NodeIndex> below;
      for (unsigned i = 0; i < ways; ++i) {
        for (const NodeIndex above : level) {
          below.push_back(last ? add_device(above, partitions, endpoint)
                               : add_switch(above, ports));
        }
      }
      level = std::move(below);
      if (last) break;
    }
    devices = std::move(level);
    add_window(levels[0], 256, 16 * hdm_quantum);
  }

  /// Over the first `ways` bridges, 1024 quanta in size.
  address::FixedMemoryWindow& add_window(unsigned ways, unsigned granularity, std::uint64_t base) {
    address::FixedMemoryWindow window;
    window.base = base;
    window.size = 96 * ways * hdm_quantum;
    window.interleave = *address::Interleave::from_values(ways, granularity);
    for (unsigned i = 0; i < ways; ++i) window.targets.push_back(100 + i);
    tree.windows.push_back(window);
    return tree.windows.back();
  }

  RegionRequest request() const {
    RegionRequest request;
    request.devices = devices;
    return request;
  }

  void apply(const RegionPlan& plan) {
    for (const DecoderAssignment& assignment : plan.decoders) {
      const auto verdict = program(assignment.node, assignment.program);
      ASSERT_EQ(verdict.effect, address::WriteVerdict::Effect::committed)
          << node(assignment.node).name << ": " << describe(verdict);
    }
  }
};

/// The plan; a test failure, and an empty plan, when it is refused.
inline RegionPlan plan(const Pool& pool, const RegionRequest& request) {
  auto result = plan_region(pool.tree, request);
  if (const auto* refusal = std::get_if<RegionRefusal>(&result)) {
    ADD_FAILURE() << refusal->error << ": " << refusal->text;
    return {};
  }
  return std::get<RegionPlan>(result);
}

inline RegionPlan make_region(Pool& pool, const RegionRequest& request) {
  RegionPlan made = plan(pool, request);
  pool.apply(made);
  return made;
}

}  // namespace cxlpool::management::test
