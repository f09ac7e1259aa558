// SPDX-License-Identifier: Apache-2.0
#include "models/management/region_paths.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace cxlpool::management {
namespace {

using address::DecodeTree;
using address::Interleave;
using address::no_node;
using address::Node;
using address::NodeIndex;
using address::PortView;

using Refused = std::optional<RegionRefusal>;

const PortView* port_towards(const Node& node, NodeIndex child) {
  for (const PortView& port : node.ports) {
    if (port.child == child) return &port;
  }
  return nullptr;
}

/// One step from a device towards its host bridge.
struct Hop {
  NodeIndex node;
  const PortView* port;
};

/// The hops from a device up to its host bridge; empty when there is no such way.
std::vector<Hop> climb(const DecodeTree& tree, NodeIndex device) {
  std::vector<Hop> hops;
  NodeIndex child = device;
  while (tree.nodes[child].parent != no_node) {
    const NodeIndex node = tree.nodes[child].parent;
    const PortView* port = port_towards(tree.nodes[node], child);
    if (!port) return {};
    hops.push_back({node, port});
    child = node;
  }
  const bool arrived = tree.nodes[child].kind == Node::Kind::host_bridge;
  return arrived ? hops : std::vector<Hop>{};
}

bool passes(const std::vector<Hop>& hops, NodeIndex node, const PortView* port) {
  return std::any_of(hops.begin(), hops.end(), [&](const Hop& hop) {
    return hop.node == node && (!port || hop.port == port);
  });
}

std::string port_text(const PortView& port) {
  return port.name.empty() ? fmt::format("port {}", port.number)
                           : fmt::format("port {} ({})", port.number, port.name);
}

std::uint64_t address_bits(unsigned first, unsigned count) {
  return ((std::uint64_t{1} << count) - 1) << first;
}

class PathFinder {
 public:
  PathFinder(const DecodeTree& tree, const address::FixedMemoryWindow& window,
             const std::vector<NodeIndex>& devices, Interleave interleave)
      : tree_(tree), window_(window), devices_(devices), region_(interleave) {}

  std::variant<RegionPaths, RegionRefusal> find() {
    if (auto refused = find_hops()) return *refused;
    if (auto refused = check_bridges()) return *refused;
    collect_uses();
    for (const PortUse& use : paths_.uses) {
      if (auto refused = check_targets(use)) return *refused;
    }
    for (const PortUse& use : paths_.uses) {
      if (auto refused = check_turns(use)) return *refused;
    }
    if (auto refused = assign_granularities()) return *refused;
    return std::move(paths_);
  }

 private:
  const Node& node(NodeIndex index) const { return tree_.nodes[index]; }
  const std::string& device_name(std::size_t position) const {
    return node(devices_[position]).name;
  }

  Refused find_hops() {
    for (const NodeIndex device : devices_) {
      hops_.push_back(climb(tree_, device));
      if (hops_.back().empty()) {
        return RegionRefusal{"ENXIO",
                             fmt::format("{} is below no host bridge of this host; bind or plug it "
                                         "below one first",
                                         node(device).name)};
      }
    }
    return std::nullopt;
  }

  /// The window sends the accesses of position p to its target p modulo the root ways.
  Refused check_bridges() const {
    const std::size_t root_ways = window_.targets.size();
    for (std::size_t position = 0; position < devices_.size(); ++position) {
      const std::size_t target = position % root_ways;
      const NodeIndex bridge = tree_.bridge(window_.targets[target]);
      if (bridge == no_node) {
        return RegionRefusal{
            "ENXIO", fmt::format("target {} of the window is host bridge UID {}, which does not "
                                 "exist; use a window whose targets all do",
                                 target, window_.targets[target])};
      }
      const NodeIndex actual = hops_[position].back().node;
      if (actual == bridge) continue;
      return RegionRefusal{
          "ENXIO", fmt::format("position {} must hold a device below {}, the window's target {}; "
                               "{} is below {}{}",
                               position, node(bridge).name, target, device_name(position),
                               node(actual).name, suggestion(position, bridge, nullptr))};
    }
    return std::nullopt;
  }

  /// "; X would be right there", of a device below the node (and port): a later one of the request
  /// if possible, else any other of the fabric.
  std::string suggestion(std::size_t position, NodeIndex below, const PortView* port) const {
    for (std::size_t later = position + 1; later < devices_.size(); ++later) {
      if (passes(hops_[later], below, port)) {
        return fmt::format("; {} (now at position {}) would be right there", device_name(later),
                           later);
      }
    }
    for (NodeIndex other = 0; other < tree_.nodes.size(); ++other) {
      const bool requested = std::find(devices_.begin(), devices_.end(), other) != devices_.end();
      if (requested || node(other).kind != Node::Kind::device) continue;
      if (passes(climb(tree_, other), below, port)) {
        return fmt::format("; {} would be right there", node(other).name);
      }
    }
    return "; no other device is";
  }

  void collect_uses() {
    paths_.upwards.resize(devices_.size());
    for (std::size_t position = 0; position < devices_.size(); ++position) {
      auto& upwards = paths_.upwards[position];
      const auto& hops = hops_[position];
      for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {  // from the bridge down
        const std::size_t index = use_of(hop->node);
        PortUse& use = paths_.uses[index];
        use.positions.push_back(position);
        if (std::find(use.targets.begin(), use.targets.end(), hop->port) == use.targets.end()) {
          use.targets.push_back(hop->port);
        }
        upwards.insert(upwards.begin(), index);
      }
    }
  }

  std::size_t use_of(NodeIndex index) {
    const auto found = std::find_if(paths_.uses.begin(), paths_.uses.end(),
                                    [&](const PortUse& use) { return use.node == index; });
    if (found != paths_.uses.end()) return static_cast<std::size_t>(found - paths_.uses.begin());
    paths_.uses.emplace_back().node = index;
    return paths_.uses.size() - 1;
  }

  Refused check_targets(const PortUse& use) const {
    const Node& component = node(use.node);
    const std::size_t ways = use.targets.size();
    if (!component.decoders && component.ports.size() != 1) {
      return RegionRefusal{"ENXIO",
                           fmt::format("{} has {} ports and no HDM decoders; it needs decoders, or "
                                       "exactly one port to pass everything to",
                                       component.name, component.ports.size())};
    }
    if ((ways & (ways - 1)) != 0) {
      return RegionRefusal{"ENXIO",
                           fmt::format("the region's devices are below {} ports of {}; it must be "
                                       "1, 2, 4 or 8",
                                       ways, component.name)};
    }
    const unsigned most = component.decoders ? component.decoders->capability().targets : 1;
    if (ways > most) {
      return RegionRefusal{
          "ENXIO", fmt::format("the region's devices are below {} ports of {}; its decoders "
                               "have {} target(s) at most",
                               ways, component.name, most)};
    }
    return std::nullopt;
  }

  /// Linux's rule of sibling distance: devices that share a port of a component are exactly one
  /// round of its targets apart.
  Refused check_turns(const PortUse& use) const {
    const std::size_t ways = use.targets.size();
    for (std::size_t k = 0; k < use.positions.size(); ++k) {
      const std::size_t position = use.positions[k];
      const PortView* turn = use.targets[k % ways];
      if (passes(hops_[position], use.node, turn)) continue;
      return RegionRefusal{
          "ENXIO", fmt::format("position {} must hold a device below {} of {}, whose {} ports take "
                               "turns; {} is below another of them{}",
                               position, port_text(*turn), node(use.node).name, ways,
                               device_name(position), suggestion(position, use.node, turn))};
    }
    return std::nullopt;
  }

  /// Each level selects by the address bits just above its parent's. A root of 3, 6 or 12 ways
  /// takes the bits of 1, 2 or 4: its modulo 3 takes none.
  Refused assign_granularities() {
    std::vector<std::uint64_t> below(paths_.uses.size());
    const std::uint64_t below_root = std::uint64_t{region_.granularity()}
                                     << window_.interleave.binary_ways_bits();
    for (const auto& upwards : paths_.upwards) {
      std::uint64_t granularity = below_root;
      for (auto index = upwards.rbegin(); index != upwards.rend(); ++index) {
        if (below[*index] == 0) {
          if (auto refused = assign_granularity(paths_.uses[*index], granularity)) return refused;
          below[*index] = granularity * paths_.uses[*index].targets.size();
        }
        granularity = below[*index];
      }
    }
    return std::nullopt;
  }

  Refused assign_granularity(PortUse& use, std::uint64_t granularity) {
    const Node& component = node(use.node);
    const std::size_t ways = use.targets.size();
    const auto interleave = Interleave::from_values(ways, granularity);
    if (interleave) {
      use.interleave = *interleave;
    } else if (ways == 1) {
      use.interleave = *Interleave::from_values(1, region_.granularity());  // selects nothing
    } else {
      return RegionRefusal{
          "ENXIO",
          fmt::format("{} would have to interleave at {} B, the levels above it taking the "
                      "address bits below; decoders hold 256 B to 16384 B: choose a "
                      "granularity of at most {} B for the region, or fewer ways above",
                      component.name, granularity,
                      std::uint64_t{region_.granularity()} * 16384 / granularity)};
    }
    return component.decoders ? check_capability(component, use.interleave) : std::nullopt;
  }

  const DecodeTree& tree_;
  const address::FixedMemoryWindow& window_;
  const std::vector<NodeIndex>& devices_;
  const Interleave region_;
  std::vector<std::vector<Hop>> hops_;  // by position
  RegionPaths paths_;
};

}  // namespace

std::variant<RegionPaths, RegionRefusal> find_paths(const DecodeTree& tree,
                                                    const address::FixedMemoryWindow& window,
                                                    const std::vector<NodeIndex>& devices,
                                                    Interleave interleave) {
  return PathFinder(tree, window, devices, interleave).find();
}

std::optional<RegionRefusal> check_capability(const Node& node, Interleave interleave) {
  const address::HdmCapability& can = node.decoders->capability();
  const unsigned ways = interleave.ways();
  if ((interleave.is_multiple_of_3() && !can.ways_3_6_12) || (ways == 16 && !can.ways_16)) {
    return RegionRefusal{"ENXIO",
                         fmt::format("{} cannot decode {} ways: its capability register offers 1, "
                                     "2, 4 and 8{}{}",
                                     node.name, ways, can.ways_3_6_12 ? ", 3, 6 and 12" : "",
                                     can.ways_16 ? ", 16" : "")};
  }
  if (ways == 1) return std::nullopt;
  // 3 ways consume no bit, yet hardware commits their granularity only where it offers its bit.
  const std::uint64_t used =
      address_bits(interleave.shift(), std::max(1u, interleave.binary_ways_bits()));
  const std::uint64_t offered = (can.interleave_256b ? address_bits(8, 4) : 0) |
                                (can.interleave_4k ? address_bits(12, 3) : 0);
  if ((used & ~offered) == 0) return std::nullopt;
  return RegionRefusal{
      "ENXIO", fmt::format("{} ways of {} B make {} decode by address bits {:#x}; it offers "
                           "{:#x}: choose a granularity whose bits are among them",
                           ways, interleave.granularity(), node.name, used, offered)};
}

}  // namespace cxlpool::management
