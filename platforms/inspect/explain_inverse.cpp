// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/explain_inverse.h"

#include <algorithm>

#include <fmt/format.h>

#include "platforms/format.h"
#include "platforms/inspect/commit_advice.h"
#include "platforms/inspect/outline.h"
#include "platforms/inspect/stop.h"

namespace cxlpool::platforms {

using address::DecodeTree;
using address::HdmDecoderBlock;
using address::Node;
using address::NodeIndex;
using address::Route;

namespace {

/// The device as one host sees it.
struct View {
  const Platform& platform;
  const std::string& host;
  const DecodeTree& tree;
  NodeIndex index;
  const Node& device() const { return tree.nodes[index]; }
};

Reach make_reach(const DecodeTree& tree, const Route& route, std::uint64_t hpa) {
  const auto& window = tree.windows[static_cast<std::size_t>(route.window)];
  Reach reach;
  reach.hpa = hpa;
  reach.decoder = route.decoder;
  for (const auto& range : tree.nodes[route.node].decoders->ranges()) {
    if (range.index != route.decoder) continue;
    std::uint64_t plain = hpa;
    if (window.arithmetic == address::Arithmetic::exclusive_or) {
      plain = window.xor_maps.apply(hpa, window.interleave.binary_ways_bits());
    }
    reach.ways = range.interleave.ways();
    reach.position = range.interleave.position(plain - range.base);
  }
  return reach;
}

void add_region(const Platform& platform, const Programming& programming, std::size_t host,
                const std::string& device, Reach& reach) {
  for (std::size_t i = 0; i < programming.regions.size(); ++i) {
    const ProgrammedRegion& region = programming.regions[i];
    if (!region.made() || region.host != host) continue;
    if (reach.hpa - region.plan.base >= region.plan.size) continue;
    reach.region = region.name;
    const auto& devices = platform.description().regions[i].devices;
    const auto at = std::find(devices.begin(), devices.end(), device);
    if (at != devices.end()) reach.slot = static_cast<std::size_t>(at - devices.begin());
  }
}

/// A committed decoder maps the byte, but its addresses go elsewhere or nowhere.
void explain_misrouted(const View& view, const address::DecodeRange& range, std::uint64_t dpa,
                       HostReach& out) {
  const std::uint64_t offset = range.interleave.hpa_offset(dpa - range.dpa_base, 0);
  const std::uint64_t hpa = range.base + offset;
  out.why_not = fmt::format("decoder {} of {} maps it, ", range.index, view.device().name);
  if (range.interleave.ways() == 1) {
    out.why_not += fmt::format("at HPA {:#x}", hpa);
  } else {
    out.why_not += fmt::format("at one of {} HPAs from {:#x} on", range.interleave.ways(), hpa);
  }
  const Route route = address::walk(view.tree, hpa);
  if (!route.good()) {
    const Stop stop = explain_stop(view.platform, view.host, view.tree, route, hpa);
    out.why_not += fmt::format(", but {:#x} stops at {}: {}; {}", hpa, stop.where,
                               address::text(stop.cause), stop.why);
    out.mend = fmt::format("{}: {}", stop.where, stop.mend);
    return;
  }
  out.why_not += fmt::format(", but the decoders above take {:#x} to {} DPA {:#x}", hpa,
                             view.tree.nodes[route.node].name, route.dpa);
  out.mend = fmt::format("explain HPA {:#x} of {} to see which decoder above chooses otherwise",
                         hpa, view.host);
}

/// No committed decoder maps the byte: which one would.
void explain_unmapped(const View& view, std::uint64_t dpa, HostReach& out) {
  const HdmDecoderBlock& decoders = *view.device().decoders;
  const std::string& name = view.device().name;
  for (unsigned i = 0; i < decoders.decoder_count(); ++i) {
    const auto interleave = decoders.interleave(i);
    const std::uint64_t share = decoders.size(i) / (interleave ? interleave->ways() : 1);
    if (decoders.is_committed(i) || dpa - decoders.dpa_base(i) >= share) continue;
    const auto failure = trial_commit(decoders, i);
    out.why_not = fmt::format("decoder {} of {} would map it, but is not committed", i, name);
    if (failure != address::CommitFailure::none) {
      out.why_not += fmt::format(": {}", address::text(failure));
    }
    out.mend = fmt::format("{}: {}", name, mend_commit(decoders, i, failure));
    return;
  }
  std::string mapped;
  for (const auto& range : decoders.ranges()) {
    if (!mapped.empty()) mapped += ", ";
    mapped += fmt::format("decoder {}: DPA {}", range.index,
                          human_range(range.dpa_base, range.size / range.interleave.ways()));
  }
  out.why_not = mapped.empty() ? fmt::format("no decoder of {} is committed", name)
                               : fmt::format("no decoder of {} maps it ({})", name, mapped);
  const auto next = first_uncommitted(decoders);
  if (!next) {
    out.mend = fmt::format("all {} decoders are committed: un-commit and widen one, highest first",
                           decoders.decoder_count());
    return;
  }
  std::uint64_t begin = 0;
  for (const auto& range : decoders.ranges()) {
    begin = std::max(begin, range.dpa_base + range.size / range.interleave.ways());
  }
  out.mend = dpa < begin ? fmt::format(
                               "it was skipped: DPA is given out upwards, so the decoders of {} "
                               "have to be un-committed and programmed anew",
                               name)
                         : fmt::format("program decoder {} of {}, whose share begins at DPA {:#x}",
                                       *next, name, begin);
}

void explain_nothing(const View& view, std::uint64_t dpa, HostReach& out) {
  const Node& device = view.device();
  if (!device.memory_enabled) {
    out.why_not = fmt::format("DVSEC Mem_Enable of {} is clear", device.name);
    out.mend = "set Mem_Enable (DVSEC for CXL devices, control, bit 2)";
    return;
  }
  if (!device.decoders->decode_enabled()) {
    out.why_not = fmt::format("HDM decoder enable of {} is clear", device.name);
    out.mend = "set HDM decoder enable (global control register, bit 1)";
    return;
  }
  for (const auto& range : device.decoders->ranges()) {
    if (dpa - range.dpa_base < range.size / range.interleave.ways()) {
      return explain_misrouted(view, range, dpa, out);
    }
  }
  explain_unmapped(view, dpa, out);
}

void explain_absence(const Platform& platform, const DeviceDescription& described,
                     const std::string& host, HostReach& out) {
  const std::string place = describe_attachment(platform.description(), described);
  if (!platform.is_plugged(described.name)) {
    out.why_not = fmt::format("{} is not plugged; its place is {}", described.name, place);
    out.mend = "plug " + described.name;
    return;
  }
  out.why_not = fmt::format("{} is not below {}: it hangs from {}", described.name, host, place);
  out.mend = fmt::format("use a host above it, or bind its port to an upstream port of {}", host);
}

}  // namespace

DpaExplanation explain_dpa(Platform& platform, std::size_t device, std::uint64_t dpa,
                           const Programming* programming) {
  const DeviceDescription& described = platform.description().devices[device];
  const address::Partitions& partitions = platform.device(device).partitions();
  DpaExplanation explanation;
  explanation.device = described.name;
  explanation.dpa = dpa;
  explanation.capacity = partitions.capacity();
  explanation.partition = partitions.kind_at(dpa);
  if (explanation.partition) {
    explanation.partition_base = partitions.base(*explanation.partition);
    explanation.partition_size = partitions.size(*explanation.partition);
  }
  for (std::size_t host = 0; host < platform.host_count(); ++host) {
    const DecodeTree& tree = platform.host(host).topology().tree;
    HostReach reach;
    reach.host = platform.host(host).label();
    const NodeIndex index = find_device_node(tree, described.name);
    if (!explanation.partition) {
      reach.why_not = fmt::format("it does not exist: {} has {}", described.name,
                                  human_size(explanation.capacity));
      reach.mend = fmt::format("use a DPA below {:#x}", explanation.capacity);
    } else if (index == address::no_node) {
      explain_absence(platform, described, reach.host, reach);
    } else {
      for (const std::uint64_t hpa : address::hpas_of(tree, index, dpa)) {
        reach.reaches.push_back(make_reach(tree, address::walk(tree, hpa), hpa));
        if (programming) {
          add_region(platform, *programming, host, described.name, reach.reaches.back());
        }
      }
      if (reach.reaches.empty()) {
        explain_nothing({platform, reach.host, tree, index}, dpa, reach);
      }
    }
    explanation.hosts.push_back(std::move(reach));
  }
  return explanation;
}

std::string to_text(const DpaExplanation& e) {
  std::string text = fmt::format("{} DPA {:#x}", e.device, e.dpa);
  if (e.partition) {
    text += fmt::format(" ({}, {})", partition_name(*e.partition),
                        human_range(e.partition_base, e.partition_size));
  }
  Outline outline;
  for (const HostReach& host : e.hosts) {
    std::string label = host.host;
    for (const Reach& reach : host.reaches) {
      std::string line = fmt::format("HPA {:#x}, decoder {}", reach.hpa, reach.decoder);
      if (reach.ways > 1) line += fmt::format(", position {} of {}", reach.position, reach.ways);
      if (!reach.region.empty()) line += ", region " + reach.region;
      if (reach.slot && *reach.slot != reach.position) {
        line += fmt::format(" (slot {})", *reach.slot);
      }
      outline.add(std::move(label), std::move(line));
      label.clear();
    }
    if (host.reaches.size() > 1) outline.add("aliases: several addresses are the same byte");
    if (!host.reaches.empty()) continue;
    outline.add(host.host, "nothing decodes to it");
    outline.add("why:  " + host.why_not);
    outline.add("mend: " + host.mend);
  }
  return text + "\n\n" + outline.text();
}

nlohmann::ordered_json to_json(const DpaExplanation& e) {
  nlohmann::ordered_json json{{"device", e.device}, {"dpa", e.dpa}, {"capacity", e.capacity}};
  if (e.partition) {
    json["partition"] = {{"kind", partition_name(*e.partition)},
                         {"base", e.partition_base},
                         {"size", e.partition_size}};
  }
  json["hosts"] = nlohmann::ordered_json::array();
  for (const HostReach& host : e.hosts) {
    nlohmann::ordered_json entry{{"host", host.host}, {"hpas", nlohmann::ordered_json::array()}};
    for (const Reach& reach : host.reaches) {
      nlohmann::ordered_json one{{"hpa", reach.hpa},
                                 {"decoder", reach.decoder},
                                 {"ways", reach.ways},
                                 {"position", reach.position}};
      if (!reach.region.empty()) one["region"] = reach.region;
      if (reach.slot) one["slot"] = *reach.slot;
      entry["hpas"].push_back(std::move(one));
    }
    if (host.reaches.empty()) {
      entry["why_not"] = host.why_not;
      entry["mend"] = host.mend;
    }
    json["hosts"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace cxlpool::platforms
