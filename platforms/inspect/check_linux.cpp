// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "models/management/region_paths.h"
#include "platforms/format.h"
#include "platforms/inspect/arithmetic.h"
#include "platforms/inspect/check_parts.h"
#include "platforms/inspect/interleave_sets.h"

namespace cxlpool::platforms {

using address::DecodeRange;
using address::DecodeTree;
using address::Interleave;
using address::Node;
using address::NodeIndex;

namespace {

constexpr const char* enumeration_rule = "Linux CXL driver, enumeration of programmed decoders";
constexpr const char* region_rule = "Linux CXL driver, region assembly";
constexpr const char* partition_rule = "Linux CXL driver, DPA reservation";

const DecodeRange* exact_range(const Node& node, std::uint64_t base, std::uint64_t size) {
  for (const DecodeRange& range : node.decoders->ranges()) {
    if (range.base == base && range.size == size) return &range;
  }
  return nullptr;
}

/// What the driver makes of the decoders of one component, whatever region they belong to.
void check_enumeration(const Subject& subject, const Node& node, Findings& findings) {
  const address::HdmDecoderBlock& decoders = *node.decoders;
  int hole = -1;
  for (unsigned i = 0; i < decoders.decoder_count(); ++i) {
    const std::string where = decoder_label(node.name, i);
    const Location location = subject.location_of(node.name, i);
    if (!decoders.is_committed(i)) {
      if (hole < 0) hole = static_cast<int>(i);
      continue;
    }
    if (hole >= 0) {
      findings.error(where, fmt::format("is committed, but decoder {} is not", hole),
                     enumeration_rule, fmt::format("commit decoder {}", hole), location);
    }
    if (decoders.size(i) == 0) {
      findings.error(where, "is committed with size 0", enumeration_rule,
                     "leave it uncommitted, or give it a size", location);
    }
  }
  for (const DecodeRange& range : decoders.ranges()) {
    const std::string where = decoder_label(node.name, range.index);
    const Location location = subject.location_of(node.name, range.index);
    if (range.size % range.interleave.ways() != 0) {
      findings.error(where,
                     fmt::format("size {} cannot be divided by {} ways", human_size(range.size),
                                 range.interleave.ways()),
                     enumeration_rule,
                     fmt::format("use a multiple of {}",
                                 human_size(range.interleave.ways() * address::hdm_quantum)),
                     location);
    }
    if (const auto refusal = management::check_capability(node, range.interleave)) {
      findings.error(where, refusal->text,
                     "Linux CXL driver: every address bit that an interleave consumes must be on "
                     "offer",
                     {}, location);
    }
  }
}

/// One region against the rules of parents and children (sources.md 3.6).
class SetRules {
 public:
  SetRules(const Subject& subject, std::size_t host, const InterleaveSet& set, Findings& findings)
      : subject_(subject),
        tree_(subject.tree(host)),
        set_(set),
        window_(tree_.windows[static_cast<std::size_t>(set.window)]),
        label_(set.name.empty() ? fmt::format("{} {}", subject.description().hosts[host].name,
                                              human_range(set.base, set.size))
                                : "region " + set.name),
        findings_(findings) {}

  void check() {
    check_members();
    check_root();
    for (const auto& member : set_.members) {
      check_partition(member);
      check_path(member);
    }
  }

 private:
  Location location(const Node& node, unsigned decoder) const {
    return subject_.location_of(node.name, decoder);
  }

  void check_members() {
    const unsigned ways = set_.interleave.ways();
    if (set_.members.size() != ways) {
      findings_.error(
          label_,
          fmt::format("{} of {} way{} hold it", counted(set_.members.size(), "endpoint"), ways,
                      ways == 1 ? "" : "s"),
          region_rule, "program as many endpoint decoders as there are ways",
          location(tree_.nodes[set_.members[0].node], set_.members[0].decoder));
    }
    for (const auto& member : set_.members) {
      const Node& node = tree_.nodes[member.node];
      const DecodeRange& range = *exact_range(node, set_.base, set_.size);
      if (range.interleave == set_.interleave) continue;
      findings_.error(
          decoder_label(node.name, member.decoder),
          fmt::format("interleaves {}, other endpoints of the region {}",
                      interleave_text(range.interleave), interleave_text(set_.interleave)),
          "Linux CXL driver: endpoint decoders carry the region's ways and granularity",
          fmt::format("use {}", interleave_text(set_.interleave)), location(node, member.decoder));
    }
  }

  void check_root() {
    const Interleave root = window_.interleave;
    const unsigned ways = set_.interleave.ways();
    if (root.ways() > 1 && set_.interleave.granularity() != root.granularity()) {
      findings_.error(
          label_,
          fmt::format("granularity {}, in a window of {}",
                      human_size(set_.interleave.granularity()), interleave_text(root)),
          "Linux CXL driver: below an interleaved window the region has its granularity",
          fmt::format("use {}", human_size(root.granularity())));
    }
    const unsigned below = ways / root.ways();
    if (ways % root.ways() != 0 || (below & (below - 1)) != 0) {
      findings_.error(label_, fmt::format("{} ways, in a window of {}", ways, root.ways()),
                      "Linux CXL driver: a region has the window's ways times a power of two",
                      fmt::format("use {} or {} ways", root.ways(), 2 * root.ways()));
    }
  }

  void check_partition(const InterleaveSet::Member& member) {
    const Node& node = tree_.nodes[member.node];
    const DecodeRange& range = *exact_range(node, set_.base, set_.size);
    const std::uint64_t share = range.size / range.interleave.ways();
    const auto first = node.partitions.kind_at(range.dpa_base);
    const auto last = node.partitions.kind_at(range.dpa_base + (share - 1));
    const std::string where = decoder_label(node.name, member.decoder);
    if (!first || !last) return;  // beyond capacity, a rule of its own
    if (*first != *last) {
      findings_.error(
          where, fmt::format("DPA {} lies in two partitions", human_range(range.dpa_base, share)),
          partition_rule, "give each partition a decoder of its own",
          location(node, member.decoder));
      return;
    }
    const bool persistent = *first == address::PartitionKind::persistent;
    const std::uint16_t needed =
        persistent ? address::restrict_persistent : address::restrict_volatile;
    const auto refuse = [&](const char* what) {
      findings_.error(where, fmt::format("maps {}, in a window that does not allow it", what),
                      "ACPI CEDT, window restrictions",
                      "allow it in the window, or use another window",
                      location(node, member.decoder));
    };
    if (!(window_.restrictions & needed)) {
      refuse(persistent ? "persistent memory" : "volatile memory");
    }
    if (!(window_.restrictions & address::restrict_host_coherent)) refuse("a Type-3 device");
    if (!kind_) kind_ = first;
    if (*kind_ != *first) {
      findings_.error(where, "maps another kind of partition than the region's first endpoint",
                      region_rule, "use partitions of one kind", location(node, member.decoder));
    }
  }

  void check_path(const InterleaveSet::Member& member) {
    std::vector<NodeIndex> path;  // from the host bridge down
    for (NodeIndex node = tree_.nodes[member.node].parent; node != address::no_node;
         node = tree_.nodes[node].parent) {
      path.insert(path.begin(), node);
    }
    const Interleave root = window_.interleave;
    std::uint64_t granularity = set_.interleave.granularity();
    if (root.ways() > 1) {
      // A factor of 3 is no address bit: 3, 6 and 12 ways count as 1, 2 and 4.
      granularity = std::uint64_t{root.granularity()} << root.binary_ways_bits();
    }
    for (const NodeIndex index : path) {
      const Node& node = tree_.nodes[index];
      if (!node.decoders) continue;  // pass-through
      const DecodeRange* range = exact_range(node, set_.base, set_.size);
      if (seen_.insert(index).second) check_port(node, range, granularity);
      if (!range) return;
      granularity *= range->interleave.ways();
    }
  }

  void check_port(const Node& node, const DecodeRange* range, std::uint64_t granularity) {
    if (!range) {
      findings_.error(
          node.name,
          fmt::format("no committed decoder holds exactly {}", human_range(set_.base, set_.size)),
          "Linux CXL driver: every decoder on the way holds the region's whole range",
          "program one with the region's base and size");
      return;
    }
    const unsigned below = targets_used(node);
    const unsigned ways = range->interleave.ways();
    const std::string where = decoder_label(node.name, range->index);
    const Location at = location(node, range->index);
    if (ways != below) {
      findings_.error(
          where,
          fmt::format("{} ways, but the region has devices below {}", ways, counted(below, "port")),
          "Linux CXL driver: a port's ways are its ports that the region uses",
          fmt::format("use {} ways", below), at);
    }
    if (ways > 1 && range->interleave.granularity() != granularity) {
      findings_.error(
          where,
          fmt::format("granularity {}, expected {}", human_size(range->interleave.granularity()),
                      human_size(granularity)),
          "Linux CXL driver: a child's granularity is its parent's times the parent's "
          "ways",
          fmt::format("use {}", human_size(granularity)), at);
    }
  }

  /// Ports of a component with a member of the region below.
  unsigned targets_used(const Node& node) const {
    std::set<NodeIndex> children;
    for (const auto& member : set_.members) {
      NodeIndex child = member.node;
      while (child != address::no_node) {
        const NodeIndex parent = tree_.nodes[child].parent;
        if (parent != address::no_node && &tree_.nodes[parent] == &node) children.insert(child);
        child = parent;
      }
    }
    return static_cast<unsigned>(children.size());
  }

  const Subject& subject_;
  const DecodeTree& tree_;
  const InterleaveSet& set_;
  const address::FixedMemoryWindow& window_;
  std::string label_;
  Findings& findings_;
  std::set<NodeIndex> seen_;
  std::optional<address::PartitionKind> kind_;
};

void check_strays(const Subject& subject, const DecodeTree& tree,
                  const std::vector<InterleaveSet>& sets, Findings& findings) {
  for (const Node& node : tree.nodes) {
    if (!node.decoders || node.kind == Node::Kind::device) continue;
    for (const DecodeRange& range : node.decoders->ranges()) {
      const bool used = std::any_of(sets.begin(), sets.end(), [&](const InterleaveSet& set) {
        return set.base == range.base && set.size == range.size;
      });
      if (used) continue;
      findings.error(decoder_label(node.name, range.index),
                     fmt::format("holds {}, which is the range of no endpoint decoder",
                                 human_range(range.base, range.size)),
                     "Linux CXL driver: every decoder on the way holds the region's whole range",
                     "give it and the endpoints one base and size",
                     subject.location_of(node.name, range.index));
    }
  }
}

}  // namespace

void check_linux(const Subject& subject, Findings& findings) {
  for (std::size_t host = 0; host < subject.platform.host_count(); ++host) {
    const DecodeTree& tree = subject.tree(host);
    for (const Node& node : tree.nodes) {
      if (node.decoders) check_enumeration(subject, node, findings);
    }
    const auto sets = find_interleave_sets(subject.platform, host, subject.programming);
    for (const InterleaveSet& set : sets) {
      if (set.window >= 0) SetRules(subject, host, set, findings).check();
    }
    check_strays(subject, tree, sets, findings);
  }
}

}  // namespace cxlpool::platforms
