// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <random>
#include <vector>

#include "live_tree.h"
#include "random_address.h"

namespace cxlpool::address::test {

/// A fabric of root x bridge x switch ways, all devices of which share one to three regions.
struct RandomTree : LiveTree {
  struct Region {
    std::uint64_t base = 0;
    std::uint64_t size = 0;
    unsigned decoder = 0;
    Interleave interleave;
  };
  std::vector<NodeIndex> bridges, switches, devices;
  std::vector<Region> regions;

  explicit RandomTree(std::mt19937_64& random) {
    choose_ways(random);
    build(random);
    add_windows(random);
    add_regions(random);
  }

  /// Harms one thing that decides where addresses go.
  void break_something(std::mt19937_64& random) {
    const NodeIndex any = static_cast<NodeIndex>(random() % tree.nodes.size());
    Node& node = tree.nodes[any];
    if (!node.decoders) return;
    const unsigned decoder = regions[random() % regions.size()].decoder;
    switch (random() % 13) {
      case 0:
        block(any).write(hdm::offset_of(decoder, hdm::control), 0);
        break;
      case 1:
        block(any).write(hdm::global_control, 0);
        break;
      case 2:
        block(any).reset();
        break;
      case 3:
        node.memory_enabled = false;
        break;
      case 4:
        node.partitions.volatile_bytes = random() % (4 * hdm_quantum);
        break;
      case 5:
        if (!node.is_endpoint()) break;
        node.kind = Node::Kind::foreign;
        node.decoders = nullptr;
        break;
      case 6:
        tree.bridges.erase(tree.bridges.begin() +
                           static_cast<std::ptrdiff_t>(random() % tree.bridges.size()));
        if (tree.bridges.empty()) tree.bridges.push_back({7, bridges[0]});
        break;
      case 7:
        if (node.ports.empty()) break;
        node.ports[0].child = no_node;
        node.ports[0].why = random() % 2 ? Cause::empty_port : Cause::link_down;
        break;
      case 8:
        if (node.ports.size() > 1) node.ports.pop_back();
        break;
      case 9:
        if (node.ports.size() == 1 && !node.is_endpoint()) make_pass_through(any);
        break;
      default:
        reprogram(any, decoder, random);
    }
  }

  /// Anywhere about the windows, with a liking for edges.
  std::uint64_t any_address(std::mt19937_64& random) const {
    const FixedMemoryWindow& window = tree.windows[random() % tree.windows.size()];
    const Region& region = regions[random() % regions.size()];
    const std::uint64_t edges[] = {window.base, window.base + window.size, region.base,
                                   region.base + region.size};
    switch (random() % 6) {
      case 0:
        return near(edges[random() % 4], region.interleave.granularity(), random);
      case 1:
        return (region.base + random() % region.size) & ~255ull;
      case 2:
        return window.base + random() % window.size;
      case 3:
        return near((window.base + random() % window.size) & ~(hdm_quantum - 1), 256, random);
      default:
        return region.base + random() % region.size;
    }
  }

 private:
  static std::uint64_t near(std::uint64_t edge, unsigned granularity, std::mt19937_64& random) {
    const std::uint64_t granules = random() % 5;
    return edge + granules * granularity - random() % 3;
  }

  void choose_ways(std::mt19937_64& random) {
    do {
      static constexpr unsigned roots[] = {1, 2, 4, 8, 16, 3, 6, 12};
      root_ = roots[random() % 8];
      bridge_ = 1u << random() % 4;
      switch_ = 1u << random() % 3;
    } while (!Interleave::from_values(root_ * bridge_ * switch_, 256));
    const unsigned lower = Interleave::from_values(root_, 256)->binary_ways_bits();
    do {
      granularity_ = 256u << random() % 7;
      bridge_granularity_ = granularity_ << lower;
      switch_granularity_ = bridge_granularity_ * bridge_;
    } while (switch_granularity_ > 16384);
  }

  void build(std::mt19937_64& random) {
    HdmCapability capability;
    capability.decoders = 4;
    const Partitions partitions{(1 + random() % 4) * hdm_quantum, 2 * hdm_quantum,
                                random() % 2 * hdm_quantum};
    for (unsigned i = 0; i < root_; ++i) {
      bridges.push_back(add_bridge(100 + i, capability));
      for (unsigned j = 0; j < bridge_; ++j) {
        switches.push_back(add_switch(bridges.back(), capability));
        for (unsigned k = 0; k < switch_; ++k) {
          devices.push_back(add_device(switches.back(), partitions));
        }
      }
    }
  }

  void add_windows(std::mt19937_64& random) {
    std::uint64_t base = (1 + random() % 100) * hdm_quantum;
    for (int i = 0; i < 2; ++i) {
      FixedMemoryWindow window;
      window.base = base;
      window.size = root_ * bridge_ * switch_ * 4 * hdm_quantum;
      window.interleave = *Interleave::from_values(root_, granularity_);
      const unsigned bits = window.interleave.binary_ways_bits(), first = window.interleave.shift();
      if (random() % 2) {
        window.arithmetic = Arithmetic::exclusive_or;
        window.xor_maps = XorMaps(random_xor_maps(random, first, bits, first + bits));
      }
      for (unsigned t = 0; t < root_; ++t) window.targets.push_back(100 + t);
      for (std::size_t t = root_; t > 1; --t) {
        std::swap(window.targets[t - 1], window.targets[random() % t]);
      }
      tree.windows.push_back(window);
      base += window.size + random() % 3 * hdm_quantum;
    }
  }

  void add_regions(std::mt19937_64& random) {
    const unsigned ways = root_ * bridge_ * switch_;
    std::uint64_t left = tree.nodes[devices[0]].partitions.capacity();
    for (unsigned i = 0; i < 3 && left >= hdm_quantum; ++i) {
      if (i == 2 && random() % 2) break;
      Region region;
      region.decoder = i;
      region.interleave = *Interleave::from_values(ways, granularity_);
      const std::uint64_t share = (1 + random() % 2) * hdm_quantum;
      region.size = std::min(share, left / hdm_quantum * hdm_quantum) * ways;
      left -= region.size / ways;
      const bool second = i > 0;
      const FixedMemoryWindow& window = tree.windows[second];
      region.base =
          i == 2 ? regions[1].base + regions[1].size : window.base + random() % 3 * hdm_quantum;
      if (region.base + region.size > window.base + window.size) break;
      regions.push_back(region);
      program_all(region);
    }
  }

  DecoderProgram program_of(const Region& region, NodeIndex index) const {
    DecoderProgram program;
    program.index = region.decoder;
    program.base = region.base;
    program.size = region.size;
    const Node& node = tree.nodes[index];
    program.interleave = node.is_endpoint() ? region.interleave
                         : node.kind == Node::Kind::host_bridge
                             ? *Interleave::from_values(bridge_, bridge_granularity_)
                             : *Interleave::from_values(switch_, switch_granularity_);
    for (std::size_t i = 0; i < node.ports.size(); ++i) program.targets[i] = port_number(i);
    return program;
  }

  void program_all(const Region& region) {
    for (NodeIndex i = 0; i < tree.nodes.size(); ++i) program(i, program_of(region, i));
  }

  void reprogram(NodeIndex index, unsigned decoder, std::mt19937_64& random) {
    block(index).write(hdm::offset_of(decoder, hdm::control), 0);
    DecoderProgram changed = program_of(regions[0], index);
    for (const Region& region : regions) {
      if (region.decoder == decoder) changed = program_of(region, index);
    }
    switch (random() % 5) {
      case 0:
        changed.targets[random() % 4] = static_cast<std::uint8_t>(random());
        break;
      case 1:
        changed.interleave =
            *Interleave::from_values(changed.interleave.ways(), 256u << random() % 7);
        break;
      case 2:
        changed.interleave = *Interleave::from_values(1u << random() % 4, 256u << random() % 7);
        break;
      case 3:
        changed.base += hdm_quantum;
        break;
      case 4:
        changed.size = (1 + random() % 6) * hdm_quantum;
        break;
    }
    changed.commit = random() % 4 != 0;
    changed.skip = tree.nodes[index].is_endpoint() ? random() % 2 * hdm_quantum : 0;
    program(index, changed);
  }

  unsigned root_ = 1, bridge_ = 1, switch_ = 1;
  unsigned granularity_ = 256, bridge_granularity_ = 256, switch_granularity_ = 256;
};

}  // namespace cxlpool::address::test
