// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/explain.h"

#include <fmt/format.h>

#include "platforms/inspect/arithmetic.h"
#include "platforms/inspect/stop.h"

namespace cxlpool::platforms {

using address::Cause;
using address::DecodeTree;
using address::HdmDecoderBlock;
using address::Node;
using address::Route;

namespace {

const address::DecodeRange& range_of(const HdmDecoderBlock& decoders, int index) {
  for (const auto& range : decoders.ranges()) {
    if (range.index == index) return range;
  }
  throw std::logic_error("a route names a decoder that is not committed");
}

WindowChoice explain_window(const DecodeTree& tree, const Route& route, std::uint64_t hpa) {
  const address::FixedMemoryWindow& window = tree.windows[static_cast<std::size_t>(route.window)];
  WindowChoice choice;
  choice.index = static_cast<unsigned>(route.window);
  choice.base = window.base;
  choice.size = window.size;
  choice.interleave = window.interleave;
  choice.arithmetic = window.arithmetic;
  choice.target_index = route.window_target;
  choice.uid = window.targets[route.window_target];
  const address::NodeIndex bridge = tree.bridge(choice.uid);
  if (bridge != address::no_node) choice.bridge = tree.nodes[bridge].name;
  choice.because = window_arithmetic(window, hpa);
  return choice;
}

PortChoice explain_port(const PlatformDescription& description, const Node& node,
                        const address::RouteStep& step, std::uint64_t hpa) {
  PortChoice choice;
  choice.component = node.name;
  choice.kind = node.kind;
  choice.decoder = step.decoder;
  choice.target_index = step.target_index;
  choice.port_number = step.port;
  if (step.decoder >= 0) {
    const auto& range = range_of(*node.decoders, step.decoder);
    choice.base = range.base;
    choice.size = range.size;
    choice.interleave = range.interleave;
    choice.because = port_arithmetic(range.interleave, hpa);
  } else {
    choice.because = "pass-through: one root port, no decoders";
  }
  for (std::size_t i = 0; i < node.ports.size(); ++i) {
    if (node.ports[i].number != step.port) continue;
    choice.port = node.ports[i].name;
    const Wire wire = wire_below(description, node, i);
    if (wire.end != Wire::End::nothing) choice.link = wire;
    choice.passed = node.ports[i].child != address::no_node;
    break;
  }
  return choice;
}

DeviceDecode explain_device(const Node& node, int decoder, std::uint64_t hpa) {
  const HdmDecoderBlock& decoders = *node.decoders;
  const auto& range = range_of(decoders, decoder);
  DeviceDecode decode;
  decode.device = node.name;
  decode.decoder = decoder;
  decode.base = range.base;
  decode.size = range.size;
  decode.interleave = range.interleave;
  decode.offset = hpa - range.base;
  decode.dpa_offset = range.interleave.dpa_offset(decode.offset);
  decode.because = dpa_arithmetic(range.interleave, decode.offset);
  for (int i = 0; i <= decoder; ++i) {
    const auto index = static_cast<unsigned>(i);
    const auto interleave = decoders.interleave(index);
    const std::uint64_t bytes =
        i == decoder ? 0 : decoders.size(index) / (interleave ? interleave->ways() : 1);
    if (decoders.skip(index) != 0 || bytes != 0) {
      decode.shares.push_back({i, decoders.skip(index), bytes});
    }
  }
  decode.dpa_base = range.dpa_base;
  decode.dpa = range.dpa(hpa);
  decode.capacity = node.partitions.capacity();
  decode.partition = node.partitions.kind_at(decode.dpa);
  if (decode.partition) {
    decode.partition_base = node.partitions.base(*decode.partition);
    decode.partition_size = node.partitions.size(*decode.partition);
  }
  return decode;
}

std::string region_at(const Programming& programming, std::size_t host, std::uint64_t hpa) {
  for (const ProgrammedRegion& region : programming.regions) {
    if (region.made() && region.host == host && hpa - region.plan.base < region.plan.size) {
      return region.name;
    }
  }
  return {};
}

}  // namespace

timing::Picoseconds Explanation::round_trip() const {
  timing::Picoseconds sum = 0;
  for (const PortChoice& hop : hops) {
    if (hop.link && hop.passed) sum += 2 * hop.link->latency;
  }
  return sum;
}

Explanation explain_hpa(Platform& platform, std::size_t host, std::uint64_t hpa,
                        const Programming* programming) {
  const DecodeTree& tree = platform.host(host).topology().tree;
  const Route route = address::walk(tree, hpa);
  Explanation explanation;
  explanation.host = platform.host(host).label();
  explanation.hpa = hpa;
  if (programming) explanation.region = region_at(*programming, host, hpa);
  if (route.window >= 0) explanation.window = explain_window(tree, route, hpa);
  for (const address::RouteStep& step : route.steps) {
    explanation.hops.push_back(
        explain_port(platform.description(), tree.nodes[step.node], step, hpa));
  }
  if (route.good() || route.cause == Cause::beyond_capacity) {
    const Node& node = tree.nodes[route.node];
    if (node.kind == Node::Kind::device) {
      explanation.device = explain_device(node, route.decoder, hpa);
    } else if (node.kind == Node::Kind::local_memory) {
      const address::LocalRange& range = tree.local->range;
      explanation.local = {node.name, range.base, range.size, route.dpa};
    }
  }
  if (route.good()) {
    explanation.first = route.first;
    explanation.last = route.last;
    if (platform.time()) explanation.time = explain_time(platform, host, hpa);
  } else {
    explanation.stop = explain_stop(platform, explanation.host, tree, route, hpa);
  }
  return explanation;
}

const char* partition_name(address::PartitionKind kind) {
  switch (kind) {
    case address::PartitionKind::volatile_memory:
      return "volatile";
    case address::PartitionKind::persistent:
      return "persistent";
    case address::PartitionKind::dynamic:
      break;
  }
  return "dynamic";
}

}  // namespace cxlpool::platforms
