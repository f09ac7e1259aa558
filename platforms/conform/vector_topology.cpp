// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/vector_topology.h"

#include <fmt/format.h>

#include "platforms/input_error.h"

namespace cxlpool::platforms {
namespace {

constexpr unsigned most_decoders = 32;

template <typename Read>
auto read_list(const JsonNode& list, Read&& read) {
  std::vector<decltype(read(list))> entries;
  for (const JsonNode& item : list.items()) entries.push_back(read(item));
  return entries;
}

VectorDecoder read_decoder(const JsonNode& node) {
  VectorDecoder decoder;
  decoder.path = node.path();
  decoder.index = static_cast<unsigned>(node.at("index").number(most_decoders - 1));
  decoder.base = node.at("base").number_as<std::uint64_t>();
  decoder.size = node.at("size").number_as<std::uint64_t>();
  decoder.ig = static_cast<unsigned>(node.at("ig").number(15));
  decoder.granularity = node.at("granularity").number();
  decoder.iw = static_cast<unsigned>(node.at("iw").number(15));
  decoder.ways = node.at("ways").number();
  decoder.committed = node.at("committed").flag();
  decoder.ctrl_readback = node.at("ctrl_readback").number_as<std::uint32_t>();
  return decoder;
}

VectorDecoder read_upper_decoder(const JsonNode& node) {
  VectorDecoder decoder = read_decoder(node);
  decoder.targets = read_list(node.at("targets"),
                              [](const JsonNode& port) { return port.number_as<std::uint8_t>(); });
  if (decoder.targets.size() > 8) {
    node.at("targets").fail(
        fmt::format("a target list has at most 8 entries, got {}", decoder.targets.size()));
  }
  return decoder;
}

VectorDecoder read_device_decoder(const JsonNode& node) {
  VectorDecoder decoder = read_decoder(node);
  decoder.skip = node.at("skip").number_as<std::uint64_t>();
  return decoder;
}

VectorPort read_port(const JsonNode& node) {
  VectorPort port;
  port.path = node.path();
  port.name = node.at("name").text();
  port.number = node.at("port").number_as<std::uint8_t>();
  const JsonNode child = node.at("child");
  if (!child.is_null()) port.child = child.text();
  return port;
}

VectorPort read_root_port(const JsonNode& node) {
  VectorPort port = read_port(node);
  const JsonNode type = node.at("child_type");
  port.child_type = type.text();
  if (*port.child_type != "device" && *port.child_type != "switch" && *port.child_type != "none") {
    type.fail(fmt::format("expected device, switch or none, got \"{}\"", quotable(type.text())));
  }
  return port;
}

VectorBridge read_bridge(const JsonNode& node) {
  VectorBridge bridge;
  bridge.path = node.path();
  bridge.name = node.at("name").text();
  if (const auto bus = node.find("bus_nr")) bridge.bus_nr = bus->number_as<std::uint32_t>();
  if (const auto chbcr = node.find("chbcr")) bridge.chbcr = chbcr->number();
  bridge.passthrough = node.at("passthrough").flag();
  bridge.root_ports = read_list(node.at("root_ports"), read_root_port);
  bridge.decoders = read_list(node.at("decoders"), read_upper_decoder);
  return bridge;
}

VectorSwitch read_switch(const JsonNode& node) {
  VectorSwitch each;
  each.path = node.path();
  each.name = node.at("name").text();
  each.downstream_ports = read_list(node.at("downstream_ports"), read_port);
  each.decoders = read_list(node.at("decoders"), read_upper_decoder);
  return each;
}

VectorMemory read_memory(const JsonNode& node) {
  VectorMemory memory;
  memory.path = node.path();
  const std::string& kind = node.at("kind").text();
  if (kind == "vmem") {
    memory.kind = address::PartitionKind::volatile_memory;
  } else if (kind == "pmem") {
    memory.kind = address::PartitionKind::persistent;
  } else if (kind == "dc") {
    memory.kind = address::PartitionKind::dynamic;
  } else {
    node.at("kind").fail(fmt::format("expected vmem, pmem or dc, got \"{}\"", quotable(kind)));
  }
  memory.dpa_base = node.at("dpa_base").number();
  memory.size = node.at("size").number();
  return memory;
}

VectorDevice read_device(const JsonNode& node) {
  VectorDevice device;
  device.path = node.path();
  device.name = node.at("name").text();
  device.memory = read_list(node.at("memory"), read_memory);
  device.decoders = read_list(node.at("decoders"), read_device_decoder);
  return device;
}

std::optional<std::uint64_t> optional_number(const JsonNode& node, const char* key) {
  const auto member = node.find(key);
  if (!member) return std::nullopt;
  return member->number();
}

VectorCedt read_cedt_repeat(const JsonNode& node) {
  VectorCedt cedt;
  cedt.path = node.path();
  cedt.base = optional_number(node, "base");
  cedt.size = optional_number(node, "size");
  cedt.eniw = optional_number(node, "eniw");
  cedt.arith = optional_number(node, "arith");
  cedt.hbig = optional_number(node, "hbig");
  cedt.restrictions = optional_number(node, "restrictions");
  if (const auto uids = node.find("uids")) {
    cedt.uids = read_list(*uids, [](const JsonNode& uid) { return uid.number(); });
  }
  return cedt;
}

VectorWindow read_window(const JsonNode& node) {
  VectorWindow window;
  window.path = node.path();
  window.index = node.at("index").number();
  window.base = node.at("base").number();
  window.size = node.at("size").number();
  window.ways = node.at("ways").number();
  window.granularity = node.at("granularity").number();
  const std::string& arithmetic = node.at("arithmetic").text();
  if (arithmetic == "xor") {
    window.arithmetic = address::Arithmetic::exclusive_or;
    window.xor_maps = read_list(node.at("xormaps"),
                                [](const JsonNode& map) { return map.number_as<std::uint64_t>(); });
  } else if (arithmetic != "modulo") {
    node.at("arithmetic")
        .fail(fmt::format("expected modulo or xor, got \"{}\"", quotable(arithmetic)));
  }
  window.targets =
      read_list(node.at("targets"), [](const JsonNode& target) { return target.text(); });
  window.cedt = read_cedt_repeat(node.at("cedt"));
  return window;
}

}  // namespace

VectorTopology read_topology(const JsonNode& node) {
  VectorTopology topology;
  topology.path = node.path();
  topology.windows = read_list(node.at("windows"), read_window);
  topology.bridges = read_list(node.at("host_bridges"), read_bridge);
  topology.switches = read_list(node.at("switches"), read_switch);
  topology.devices = read_list(node.at("devices"), read_device);
  return topology;
}

}  // namespace cxlpool::platforms
