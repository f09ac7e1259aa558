// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/list.h"

#include <algorithm>

#include <fmt/format.h>

#include "platforms/inspect/interleave_sets.h"
#include "platforms/inspect/list_names.h"
#include "platforms/inspect/wiring.h"

namespace cxlpool::platforms {

using address::DecodeRange;
using address::DecodeTree;
using address::Node;
using address::NodeIndex;
using Json = nlohmann::ordered_json;

namespace {

void add_if_any(Json& object, const std::string& key, Json array) {
  if (!array.empty()) object[key] = std::move(array);
}

Json begin_decoder(const std::string& name, std::uint64_t base, std::uint64_t size,
                   address::Interleave interleave) {
  Json json{{"decoder", name},
            {"resource", base},
            {"size", size},
            {"interleave_ways", interleave.ways()}};
  if (interleave.ways() > 1) json["interleave_granularity"] = interleave.granularity();
  return json;
}

/// The tree of one host turned into the tool's objects, from the bus down.
class HostLister {
 public:
  HostLister(Platform& platform, std::size_t host, const Programming& programming)
      : platform_(platform),
        tree_(platform.host(host).topology().tree),
        names_(platform.description(), tree_) {
    for (InterleaveSet& set : find_interleave_sets(platform, host, programming)) {
      if (set.window < 0 || set.members.size() != set.interleave.ways()) continue;
      regions_.push_back(std::move(set));
    }
  }

  Json bus() const {
    Json json{{"bus", "root0"}, {"provider", "ACPI.CXL"}};
    Json dports = Json::array();
    for (std::size_t i = 0; i < tree_.bridges.size(); ++i) {
      if (tree_.bridges[i].node == address::no_node) continue;
      dports.push_back({{"dport", names_.pci(tree_.bridges[i].node)},
                        {"alias", acpi_name(i)},
                        {"id", tree_.bridges[i].uid}});
    }
    json["nr_dports"] = dports.size();
    json["dports"] = std::move(dports);
    Json ports = Json::array();
    for (const DecodeTree::Bridge& bridge : tree_.bridges) {
      if (bridge.node != address::no_node) ports.push_back(port(bridge.node));
    }
    add_if_any(json, "ports:root0", std::move(ports));
    Json decoders = Json::array();
    for (std::size_t i = 0; i < tree_.windows.size(); ++i) decoders.push_back(root_decoder(i));
    add_if_any(json, "decoders:root0", std::move(decoders));
    return json;
  }

 private:
  static std::string acpi_name(std::size_t bridge) {
    return fmt::format("ACPI0016:{:02X}", bridge);
  }
  std::string port_name(NodeIndex node) const {
    const bool endpoint = tree_.nodes[node].kind == Node::Kind::device;
    return fmt::format("{}{}", endpoint ? "endpoint" : "port", names_.port_id(node));
  }
  std::string decoder_name(NodeIndex node, unsigned index) const {
    return fmt::format("decoder{}.{}", names_.port_id(node), index);
  }
  std::string memdev_name(NodeIndex node) const {
    return fmt::format("mem{}", names_.memdev_id(node));
  }

  /// Index of the region of this range; -1: none.
  int region_of(std::uint64_t base, std::uint64_t size) const {
    for (std::size_t i = 0; i < regions_.size(); ++i) {
      if (regions_[i].base == base && regions_[i].size == size) return static_cast<int>(i);
    }
    return -1;
  }

  void add_region_name(Json& json, std::uint64_t base, std::uint64_t size) const {
    const int region = region_of(base, size);
    if (region >= 0) json["region"] = fmt::format("region{}", region);
  }

  Json port(NodeIndex index) const {
    const Node& node = tree_.nodes[index];
    const std::string name = port_name(index);
    Json json{{"port", name}, {"host", names_.pci(index)}};
    if (!names_.parent_pci(index).empty()) json["parent_dport"] = names_.parent_pci(index);
    json["depth"] = names_.depth(index);
    json["decoders_committed"] = committed(node);
    Json dports = Json::array();
    Json ports = Json::array();
    Json endpoints = Json::array();
    for (std::size_t i = 0; i < node.ports.size(); ++i) {
      if (names_.pci(index, i).empty()) continue;
      dports.push_back({{"dport", names_.pci(index, i)}, {"id", node.ports[i].number}});
      const NodeIndex child = node.ports[i].child;
      if (child == address::no_node) continue;
      if (tree_.nodes[child].kind == Node::Kind::device) {
        endpoints.push_back(endpoint(child));
      } else if (tree_.nodes[child].kind == Node::Kind::switch_upstream) {
        ports.push_back(port(child));
      }
    }
    json["nr_dports"] = dports.size();
    json["dports"] = std::move(dports);
    add_if_any(json, "ports:" + name, std::move(ports));
    add_if_any(json, "endpoints:" + name, std::move(endpoints));
    add_if_any(json, "decoders:" + name, node.decoders ? port_decoders(index) : forwarder(index));
    return json;
  }

  static unsigned committed(const Node& node) {
    unsigned count = 0;
    if (!node.decoders) return 0;
    while (count < node.decoders->decoder_count() && node.decoders->is_committed(count)) ++count;
    return count;
  }

  Json port_decoders(NodeIndex index) const {
    const Node& node = tree_.nodes[index];
    Json decoders = Json::array();
    for (const DecodeRange& range : node.decoders->ranges()) {
      Json json =
          begin_decoder(decoder_name(index, range.index), range.base, range.size, range.interleave);
      add_region_name(json, range.base, range.size);
      Json targets = Json::array();
      for (unsigned position = 0; position < range.interleave.ways(); ++position) {
        add_target(index, range.targets[position], position, targets);
      }
      json["nr_targets"] = targets.size();
      json["targets"] = std::move(targets);
      decoders.push_back(std::move(json));
    }
    return decoders;
  }

  void add_target(NodeIndex index, std::uint8_t number, unsigned position, Json& targets) const {
    const Node& node = tree_.nodes[index];
    for (std::size_t i = 0; i < node.ports.size(); ++i) {
      if (node.ports[i].number != number || names_.pci(index, i).empty()) continue;
      targets.push_back({{"target", names_.pci(index, i)}, {"position", position}, {"id", number}});
      return;
    }
  }

  /// A pass-through bridge has no decoder registers; the kernel makes one up that holds the region.
  Json forwarder(NodeIndex index) const {
    for (const InterleaveSet& region : regions_) {
      const bool passes =
          std::any_of(region.members.begin(), region.members.end(),
                      [&](const auto& member) { return is_below(member.node, index); });
      if (!passes) continue;
      Json json = begin_decoder(decoder_name(index, 0), region.base, region.size, {});
      add_region_name(json, region.base, region.size);
      Json targets = Json::array();
      add_target(index, tree_.nodes[index].ports.front().number, 0, targets);
      json["nr_targets"] = targets.size();
      json["targets"] = std::move(targets);
      return Json::array({json});
    }
    return Json::array();
  }

  bool is_below(NodeIndex node, NodeIndex ancestor) const {
    while (node != address::no_node && node != ancestor) node = tree_.nodes[node].parent;
    return node == ancestor;
  }

  Json endpoint(NodeIndex index) const {
    const Node& node = tree_.nodes[index];
    const std::string name = port_name(index);
    Json json{{"endpoint", name},
              {"host", memdev_name(index)},
              {"parent_dport", names_.parent_pci(index)},
              {"depth", names_.depth(index)},
              {"decoders_committed", committed(node)},
              {"memdev", memdev(index)}};
    Json decoders = Json::array();
    for (const DecodeRange& range : node.decoders->ranges()) {
      Json decoder =
          begin_decoder(decoder_name(index, range.index), range.base, range.size, range.interleave);
      add_region_name(decoder, range.base, range.size);
      const std::uint64_t share = range.size / range.interleave.ways();
      decoder["dpa_resource"] = range.dpa_base;
      decoder["dpa_size"] = share;
      decoder["mode"] = mode(node, range.dpa_base, share);
      decoders.push_back(std::move(decoder));
    }
    add_if_any(json, "decoders:" + name, std::move(decoders));
    return json;
  }

  Json memdev(NodeIndex index) const {
    const DeviceDescription& described =
        *find_device_description(platform_.description(), tree_.nodes[index].name);
    const address::Partitions& partitions = tree_.nodes[index].partitions;
    Json json{{"memdev", memdev_name(index)}};
    if (partitions.persistent_bytes != 0) json["pmem_size"] = partitions.persistent_bytes;
    if (partitions.volatile_bytes != 0) json["ram_size"] = partitions.volatile_bytes;
    json["serial"] = described.serial;
    json["host"] = names_.pci(index);
    return json;
  }

  static const char* mode(const Node& device, std::uint64_t dpa, std::uint64_t size) {
    const auto first = device.partitions.kind_at(dpa);
    const auto last = device.partitions.kind_at(dpa + (size - 1));
    if (!first || !last) return "none";
    if (*first != *last) return "mixed";
    return *first == address::PartitionKind::persistent ? "pmem" : "ram";
  }

  Json root_decoder(std::size_t index) const {
    const address::FixedMemoryWindow& window = tree_.windows[index];
    const std::string name = fmt::format("decoder0.{}", index);
    Json json = begin_decoder(name, window.base, window.size, window.interleave);
    json["max_available_extent"] = largest_gap(index);
    if (window.restrictions & address::restrict_persistent) json["pmem_capable"] = true;
    if (window.restrictions & address::restrict_volatile) json["volatile_capable"] = true;
    if (window.restrictions & address::restrict_device_coherent) json["accelmem_capable"] = true;
    json["qos_class"] = window.qtg_id;
    Json targets = Json::array();
    for (std::size_t position = 0; position < window.targets.size(); ++position) {
      for (std::size_t bridge = 0; bridge < tree_.bridges.size(); ++bridge) {
        if (tree_.bridges[bridge].uid != window.targets[position]) continue;
        targets.push_back({{"target", names_.pci(tree_.bridges[bridge].node)},
                           {"alias", acpi_name(bridge)},
                           {"position", position},
                           {"id", tree_.bridges[bridge].uid}});
      }
    }
    json["nr_targets"] = targets.size();
    json["targets"] = std::move(targets);
    Json regions = Json::array();
    for (std::size_t i = 0; i < regions_.size(); ++i) {
      if (regions_[i].window == static_cast<int>(index)) regions.push_back(region(i));
    }
    add_if_any(json, "regions:" + name, std::move(regions));
    return json;
  }

  std::uint64_t largest_gap(std::size_t window) const {
    std::uint64_t at = tree_.windows[window].base;
    std::uint64_t largest = 0;
    for (const InterleaveSet& region : regions_) {  // by base
      if (region.window != static_cast<int>(window)) continue;
      if (region.base > at) largest = std::max(largest, region.base - at);
      at = std::max(at, region.base + region.size);
    }
    return std::max(largest, tree_.windows[window].base + tree_.windows[window].size - at);
  }

  Json region(std::size_t index) const {
    const InterleaveSet& set = regions_[index];
    Json json{{"region", fmt::format("region{}", index)},
              {"resource", set.base},
              {"size", set.size},
              {"type", region_type(set)},
              {"interleave_ways", set.interleave.ways()},
              {"interleave_granularity", set.interleave.granularity()},
              {"decode_state", "commit"}};
    Json mappings = Json::array();
    for (const InterleaveSet::Member& member : set.members) {
      mappings.push_back({{"position", member.position},
                          {"memdev", memdev_name(member.node)},
                          {"decoder", decoder_name(member.node, member.decoder)}});
    }
    json["mappings"] = std::move(mappings);
    return json;
  }

  const char* region_type(const InterleaveSet& set) const {
    const InterleaveSet::Member& member = set.members.front();
    const Node& node = tree_.nodes[member.node];
    return mode(node, node.decoders->dpa_base(member.decoder), set.size / set.interleave.ways());
  }

  Platform& platform_;
  const DecodeTree& tree_;
  ListNames names_;
  std::vector<InterleaveSet> regions_;
};

}  // namespace

Json list_host(Platform& platform, std::size_t host, const Programming& programming) {
  return Json::array({HostLister(platform, host, programming).bus()});
}

Json list(Platform& platform, const Programming& programming) {
  if (platform.host_count() == 1) return list_host(platform, 0, programming);
  Json hosts = Json::object();
  for (std::size_t host = 0; host < platform.host_count(); ++host) {
    hosts[platform.host(host).label()] = list_host(platform, host, programming);
  }
  return hosts;
}

}  // namespace cxlpool::platforms
