// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "platforms/format.h"
#include "platforms/inspect/check_parts.h"
#include "platforms/inspect/commit_advice.h"

namespace cxlpool::platforms {

using address::DecodeRange;
using address::DecodeTree;
using address::FixedMemoryWindow;
using address::Node;
using Effect = address::WriteVerdict::Effect;

namespace {

constexpr const char* commit_rule = "CXL specification, HDM decoder commit";
constexpr const char* window_rule = "ACPI CEDT, fixed memory window structure (CFMWS)";
constexpr const char* parent_rule =
    "CXL specification, HDM decoders: an access arrives only through the decoders above";

void check_decoder_write(const Subject& subject, const ProgrammedDecoder& programmed,
                         Findings& findings) {
  const unsigned index = programmed.program.index;
  const std::string where = decoder_label(programmed.component, index);
  const auto* decoders = subject.platform.find_component(programmed.component)->decoders;
  const auto report = [&](std::string what, std::string mend) {
    findings.error(where, fmt::format("{} ({})", what, programmed.origin), commit_rule,
                   std::move(mend), programmed.location);
  };
  if (!decoders) return report("a pass-through host bridge has no decoders", "leave it out");
  if (index >= decoders->decoder_count()) {
    return report(
        fmt::format("the component has {}", counted(decoders->decoder_count(), "decoder")),
        fmt::format("use decoder 0 to {}", decoders->decoder_count() - 1));
  }
  if (!programmed.program.commit) return;
  if (programmed.verdict.effect == Effect::commit_failed) {
    return report(fmt::format("not committed: {}", address::text(programmed.verdict.failure)),
                  mend_commit(*decoders, index, programmed.verdict.failure));
  }
  if (programmed.verdict.effect != Effect::committed) {
    report(address::describe(programmed.verdict), "program each decoder once");
  }
}

/// The committed ranges, or windows, that accesses to `node` come through; pass-through bridges
/// leave no mark.
struct Above {
  std::string name;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;  ///< base and size

  bool holds(const DecodeRange& range) const {
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& parent) {
      return range.base - parent.first < parent.second &&
             range.size <= parent.second - (range.base - parent.first);
    });
  }
};

Above above(const DecodeTree& tree, const std::string& host, const Node& node) {
  const Node* child = &node;
  while (child->parent != address::no_node) {
    child = &tree.nodes[child->parent];
    if (!child->decoders) continue;  // pass-through
    Above parent{"the decoders of " + child->name, {}};
    for (const DecodeRange& range : child->decoders->ranges()) {
      parent.ranges.emplace_back(range.base, range.size);
    }
    return parent;
  }
  Above root{"the windows of " + host, {}};
  for (const FixedMemoryWindow& window : tree.windows) {
    const bool leads_here =
        std::any_of(window.targets.begin(), window.targets.end(), [&](std::uint32_t uid) {
          const address::NodeIndex bridge = tree.bridge(uid);
          return bridge != address::no_node && &tree.nodes[bridge] == child;
        });
    if (leads_here) root.ranges.emplace_back(window.base, window.size);
  }
  return root;
}

void check_range(const Subject& subject, const Node& node, const DecodeRange& range,
                 const Above& parent, Findings& findings) {
  const std::string where = decoder_label(node.name, range.index);
  const Location location = subject.location_of(node.name, range.index);
  const unsigned ways = range.interleave.ways();
  if (!parent.holds(range)) {
    findings.error(where,
                   fmt::format("holds {}, which {} do not hold in one piece",
                               human_range(range.base, range.size), parent.name),
                   parent_rule, fmt::format("let {} hold it too, or move it", parent.name),
                   location);
  }
  if (range.size % (ways * address::hdm_quantum) != 0) {
    findings.error(
        where, fmt::format("size {} is no multiple of {} x 256 MiB", human_size(range.size), ways),
        "CXL specification, HDM decoder size: each target gets whole units of 256 MiB",
        fmt::format("use a multiple of {}", human_size(ways * address::hdm_quantum)), location);
  }
  if (node.kind != Node::Kind::device) return;
  const std::uint64_t capacity = node.partitions.capacity();
  const std::uint64_t share = range.size / ways;
  if (range.dpa_base > capacity || share > capacity - range.dpa_base) {
    findings.error(where,
                   fmt::format("maps DPA {}, but the device ends at {:#x}",
                               human_range(range.dpa_base, share), capacity),
                   "CXL specification, HDM decoder DPA skip and size: DPA must exist",
                   fmt::format("lower its size or skip, or give the device {}",
                               human_size(range.dpa_base + share)),
                   location);
  }
}

void check_orphans(const Subject& subject, Findings& findings) {
  for (const Component& component : subject.platform.components()) {
    if (!component.decoders || component.decoders->ranges().empty()) continue;
    bool found = false;
    for (std::size_t host = 0; host < subject.platform.host_count(); ++host) {
      for (const Node& node : subject.tree(host).nodes) found |= node.name == component.label;
    }
    if (found) continue;
    const auto index = component.decoders->ranges().front().index;
    findings.error(decoder_label(component.label, index), "is committed, but no host is above it",
                   parent_rule, "bind its port to an upstream port, or leave it unprogrammed",
                   subject.location_of(component.label, index));
  }
}

}  // namespace

void check_programming(const Subject& subject, Findings& findings) {
  for (const ProgrammedDecoder& programmed : subject.programming.decoders) {
    if (!programmed.waiting) check_decoder_write(subject, programmed, findings);
  }
  for (const ProgrammedRegion& region : subject.programming.regions) {
    if (!region.refusal) continue;
    findings.error("region " + region.name,
                   fmt::format("refused with {}: {}", region.refusal->error, region.refusal->text),
                   "Linux CXL driver, region creation", {}, region.location);
  }
}

void check_windows(const Subject& subject, Findings& findings) {
  for (std::size_t host = 0; host < subject.platform.host_count(); ++host) {
    const auto& windows = subject.tree(host).windows;
    const auto& described = subject.description().hosts[host].windows;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      for (const std::string& violation : windows[i].violations()) {
        findings.error(window_label(subject, host, i), violation, window_rule, {},
                       described[i].location);
      }
      for (std::size_t j = 0; j < i; ++j) {
        if (!windows[j].contains(windows[i].base) && !windows[i].contains(windows[j].base)) {
          continue;
        }
        findings.error(
            window_label(subject, host, i),
            fmt::format("{} overlaps window {}, {}", human_range(windows[i].base, windows[i].size),
                        j, human_range(windows[j].base, windows[j].size)),
            window_rule, "move one of them", described[i].location);
      }
    }
  }
}

void check_ranges(const Subject& subject, Findings& findings) {
  for (std::size_t host = 0; host < subject.platform.host_count(); ++host) {
    const DecodeTree& tree = subject.tree(host);
    for (const Node& node : tree.nodes) {
      if (!node.decoders) continue;
      const Above parent = above(tree, subject.description().hosts[host].name, node);
      for (const DecodeRange& range : node.decoders->ranges()) {
        check_range(subject, node, range, parent, findings);
      }
    }
  }
  check_orphans(subject, findings);
}

}  // namespace cxlpool::platforms
