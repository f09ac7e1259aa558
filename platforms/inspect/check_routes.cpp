// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "platforms/format.h"
#include "platforms/inspect/check_parts.h"
#include "platforms/inspect/routing_patterns.h"
#include "platforms/inspect/stop.h"

namespace cxlpool::platforms {

using address::Cause;
using address::DecodeTree;
using address::NodeIndex;
using address::Route;

namespace {

constexpr const char* miss_rule =
    "CXL specification, HDM decoders: what no committed decoder takes to a device is dropped, and "
    "reads all-ones";
constexpr const char* alias_rule =
    "CXL specification, interleave: each byte of a device has one address";

/// Addresses that stop for the same reason, as one range that holds them all.
struct Hole {
  std::uint64_t first = 0, last = 0;
  std::uint64_t example = 0;
};

/// The routes of one window of one host.
class WindowRoutes {
 public:
  WindowRoutes(const Subject& subject, std::size_t host, std::size_t window, Findings& findings)
      : subject_(subject),
        tree_(subject.tree(host)),
        host_(subject.description().hosts[host].name),
        label_(window_label(subject, host, window)),
        location_(subject.description().hosts[host].windows[window].location),
        window_(tree_.windows[window]),
        findings_(findings) {}

  void check() {
    for (const Stretch& stretch : stretches_of(tree_, window_)) {
      if (stretch.programmed) {
        follow(stretch);
      } else {
        note_unprogrammed(stretch);
      }
    }
    report_holes();
    report_unprogrammed();
  }

 private:
  void follow(const Stretch& stretch) {
    for (const std::uint64_t hpa : routing_patterns(tree_, window_, stretch)) {
      address::walk(tree_, hpa, route_);
      if (route_.good()) {
        look_for_alias(hpa);
      } else if (route_.cause != Cause::beyond_capacity) {  // a rule of its own
        note_hole(stretch, hpa);
      }
    }
  }

  void look_for_alias(std::uint64_t hpa) {
    const NodeIndex node = route_.node;
    const int decoder = route_.decoder;
    if (aliased_.count({node, decoder})) return;
    const std::uint64_t dpa = route_.dpa;
    const auto hpas = address::hpas_of(tree_, node, dpa);
    if (hpas.size() < 2) return;
    aliased_.insert({node, decoder});
    const std::uint64_t other = hpas[0] == hpa ? hpas[1] : hpas[0];
    const std::string& device = tree_.nodes[node].name;
    findings_.error(decoder_label(device, static_cast<unsigned>(decoder)),
                    fmt::format("HPA {:#x} and HPA {:#x} of {} are the same byte, DPA {:#x}",
                                std::min(hpa, other), std::max(hpa, other), host_, dpa),
                    alias_rule,
                    "let the ways and granularities of the decoders above choose the device for "
                    "one granule of each of its stripes",
                    subject_.location_of(device, static_cast<unsigned>(decoder)));
  }

  void note_hole(const Stretch& stretch, std::uint64_t hpa) {
    const auto [at, is_new] = holes_.try_emplace({route_.cause, route_.node, route_.decoder},
                                                 Hole{stretch.first, stretch.last, hpa});
    if (!is_new) at->second.last = stretch.last;
  }

  void report_holes() {
    for (const auto& [key, hole] : holes_) {
      const Route route = address::walk(tree_, hole.example);
      const Stop stop = explain_stop(subject_.platform, host_, tree_, route, hole.example);
      const std::string where = stop.decoder >= 0
                                    ? decoder_label(stop.where, static_cast<unsigned>(stop.decoder))
                                    : stop.where;
      std::string what = fmt::format(
          "HPA {:#x} of {} stops here, and more of {} may: {}: {}", hole.example, label_,
          human_range(hole.first, hole.last - hole.first + 1), address::text(stop.cause), stop.why);
      const Location location =
          stop.decoder >= 0 ? subject_.location_of(stop.where, static_cast<unsigned>(stop.decoder))
                            : location_;
      if (stop.cause == Cause::link_down) {
        findings_.warning(where, std::move(what), miss_rule, stop.mend, location);
      } else {
        findings_.error(where, std::move(what), miss_rule, stop.mend, location);
      }
    }
  }

  void note_unprogrammed(const Stretch& stretch) {
    if (!unprogrammed_.empty() && unprogrammed_.back().last + 1 == stretch.first) {
      unprogrammed_.back().last = stretch.last;
    } else {
      unprogrammed_.push_back({stretch.first, stretch.last, stretch.first});
    }
  }

  void report_unprogrammed() {
    for (const Hole& hole : unprogrammed_) {
      findings_.warning(
          label_,
          fmt::format("no decoder holds {}", human_range(hole.first, hole.last - hole.first + 1)),
          miss_rule, "program a region there, or leave it free", location_);
    }
  }

  const Subject& subject_;
  const DecodeTree& tree_;
  std::string host_;
  std::string label_;
  Location location_;
  const address::FixedMemoryWindow& window_;
  Findings& findings_;
  Route route_;
  std::set<std::pair<NodeIndex, int>> aliased_;
  std::map<std::tuple<Cause, NodeIndex, int>, Hole> holes_;
  std::vector<Hole> unprogrammed_;
};

}  // namespace

void check_routes(const Subject& subject, Findings& findings) {
  for (std::size_t host = 0; host < subject.platform.host_count(); ++host) {
    for (std::size_t window = 0; window < subject.tree(host).windows.size(); ++window) {
      // Arithmetic of an illegal window is not defined.
      if (!subject.tree(host).windows[window].violations().empty()) continue;
      WindowRoutes(subject, host, window, findings).check();
    }
  }
}

}  // namespace cxlpool::platforms
