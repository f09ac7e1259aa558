// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/interleave_set.h"

#include <fmt/format.h>

#include "models/address/encoding.h"
#include "models/address/hdm_decoder.h"
#include "platforms/conform/contradictions.h"

namespace cxlpool::platforms {
namespace {

constexpr unsigned most_targets = 8;

/// A decoder over the whole window; nothing where no register can hold it.
std::optional<VectorDecoder> make_decoder(const InterleaveSet& set, unsigned ways,
                                          std::uint64_t granularity) {
  const auto iw = address::encode_ways(ways);
  const auto ig = address::encode_granularity(granularity);
  if (!iw || !ig) return std::nullopt;
  VectorDecoder decoder;
  decoder.base = InterleaveSet::base;
  decoder.size = set.ways() * InterleaveSet::device_bytes;
  decoder.ig = *ig;
  decoder.granularity = granularity;
  decoder.iw = *iw;
  decoder.ways = ways;
  decoder.committed = true;
  decoder.ctrl_readback = *ig | *iw << 4 | address::hdm::commit | address::hdm::committed |
                          address::hdm::host_only_coherent;
  return decoder;
}

VectorDecoder with_targets(VectorDecoder decoder) {
  for (unsigned i = 0; i < decoder.ways; ++i) {
    decoder.targets.push_back(static_cast<std::uint8_t>(i));
  }
  return decoder;
}

VectorPort make_port(const std::string& owner, unsigned index, std::string child) {
  VectorPort port;
  port.name = fmt::format("{}p{}", owner, index);
  port.number = static_cast<std::uint8_t>(index);
  port.child = std::move(child);
  return port;
}

bool is_upper_level(unsigned ways) {
  return ways <= most_targets && (ways & (ways - 1)) == 0 && ways != 0;
}

VectorWindow make_window(const InterleaveSet& set, const std::vector<std::uint64_t>& xor_maps) {
  VectorWindow window;
  window.base = InterleaveSet::base;
  window.size = set.ways() * InterleaveSet::device_bytes;
  window.ways = set.root_ways;
  window.granularity = set.root_granularity;
  if (set.is_xor) {
    window.arithmetic = address::Arithmetic::exclusive_or;
    window.xor_maps = xor_maps;
  }
  return window;
}

}  // namespace

std::string InterleaveSet::device(unsigned root, unsigned bridge, unsigned switch_index) {
  return fmt::format("dev{}_{}_{}", root, bridge, switch_index);
}

std::optional<VectorTopology> make_topology(const InterleaveSet& set,
                                            const std::vector<std::uint64_t>& xor_maps) {
  if (!is_upper_level(set.bridge_ways) || !is_upper_level(set.switch_ways)) return std::nullopt;
  for (const std::uint64_t map : xor_maps) {
    if (set.is_xor && map >= std::uint64_t{1} << InterleaveSet::offset_bits) return std::nullopt;
  }
  const auto device = make_decoder(set, set.ways(), set.root_granularity);
  // The granularity of a level of one way means nothing, and may be more than a register holds.
  const auto granularity = [&](unsigned ways, std::uint64_t of_level) {
    return ways == 1 ? set.root_granularity : of_level;
  };
  const auto bridge =
      make_decoder(set, set.bridge_ways, granularity(set.bridge_ways, set.bridge_granularity));
  const auto below =
      make_decoder(set, set.switch_ways, granularity(set.switch_ways, set.switch_granularity));
  if (!device || !bridge || !below) return std::nullopt;

  VectorTopology topology;
  topology.windows.push_back(make_window(set, xor_maps));
  const auto add_device = [&](const std::string& name) {
    VectorDevice added;
    added.name = name;
    added.memory.push_back(
        {{}, address::PartitionKind::persistent, 0, InterleaveSet::device_bytes});
    added.decoders.push_back(*device);
    topology.devices.push_back(std::move(added));
  };
  const auto add_switch = [&](const std::string& name, unsigned r, unsigned b) {
    VectorSwitch added;
    added.name = name;
    for (unsigned s = 0; s < set.switch_ways; ++s) {
      added.downstream_ports.push_back(make_port(name, s, InterleaveSet::device(r, b, s)));
      add_device(InterleaveSet::device(r, b, s));
    }
    added.decoders.push_back(with_targets(*below));
    topology.switches.push_back(std::move(added));
  };
  for (unsigned r = 0; r < set.root_ways; ++r) {
    VectorBridge added;
    added.name = fmt::format("hb{}", r);
    added.bus_nr = r;
    added.passthrough = set.bridge_ways == 1;
    for (unsigned b = 0; b < set.bridge_ways; ++b) {
      const bool switched = set.switch_ways > 1;
      const std::string child =
          switched ? fmt::format("sw{}_{}", r, b) : InterleaveSet::device(r, b, 0);
      added.root_ports.push_back(make_port(added.name, b, child));
      if (switched) {
        add_switch(child, r, b);
      } else {
        add_device(child);
      }
    }
    if (!added.passthrough) added.decoders.push_back(with_targets(*bridge));
    topology.windows.front().targets.push_back(added.name);
    topology.bridges.push_back(std::move(added));
  }
  if (!contradictions(topology).empty()) return std::nullopt;
  return topology;
}

std::vector<InterleaveSet> sets_of(unsigned ways, std::uint64_t granularity, unsigned root_ways,
                                   bool is_xor) {
  std::vector<InterleaveSet> sets;
  for (unsigned root = 1; root <= ways; ++root) {
    if (ways % root != 0 || (root_ways != 0 && root != root_ways)) continue;
    const unsigned rest = ways / root;
    // Positions of a root of 3, 6 or 12 ways with more below are not those of the way up.
    if (ways % 3 == 0 && rest != 1) continue;
    for (unsigned bridge = 1; bridge <= rest; bridge *= 2) {
      if (rest % bridge != 0) continue;
      InterleaveSet set;
      set.root_ways = root;
      set.bridge_ways = bridge;
      set.switch_ways = rest / bridge;
      set.root_granularity = granularity;
      set.bridge_granularity = granularity * root;
      set.switch_granularity = granularity * root * bridge;
      set.is_xor = is_xor;
      sets.push_back(set);
    }
  }
  return sets;
}

}  // namespace cxlpool::platforms
