// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "models/timing/link_direction.h"
#include "models/timing/message.h"

namespace cxlpool::timing::test {

/// What messages ask of the flits of one direction.
struct Demand {
  double plain = 0;    ///< headers of Req or NDR
  double headers = 0;  ///< of RwD or DRS
  double chunks = 0;   ///< data slots of 16 B, and byte enables

  void add(const Message& message) {
    if (message.kind == MessageKind::req || message.kind == MessageKind::ndr) {
      plain += message.lines;
      return;
    }
    headers += message.lines;
    chunks += message.lines * (message.kind == MessageKind::rwd_partial ? 5 : 4);
  }
};

/// The fewest flits that any packer could need, from the slot formats of CXL 3.x (sections 4.2 and
/// 4.3) and nothing else: all fillings of one flit that they allow, and the linear program over how
/// often each is used. The true least is above it, since flits are whole and messages have an
/// order.
class PackingBound {
 public:
  PackingBound(const LinkConfig& config, LinkDirection::Way way) {
    const double bytes = config.flit == FlitMode::flit_68b ? 68 : 256;
    flit_ps_ = bytes * 8'000 / (std::exp2(config.generation) * config.width * framing(config));
    // A half that has left whole is out; the half before it may be empty.
    open_flits_ = config.flit == FlitMode::flit_256b_lopt ? 1.5 : 1;
    const bool m2s = way == LinkDirection::Way::m2s;
    static std::map<std::tuple<FlitMode, bool, bool>, std::vector<Weights>> known;
    std::vector<Weights>& vertices = known[{config.flit, config.mdh, m2s}];
    if (vertices.empty()) vertices = vertices_of(fillings(config, m2s));
    vertices_ = &vertices;
  }

  double flit_ps() const { return flit_ps_; }

  double flits(const Demand& demand) const {
    double least = 0;
    for (const Weights& w : *vertices_) {
      least = std::max(least, w[0] * demand.plain + w[1] * demand.headers + w[2] * demand.chunks);
    }
    return least;
  }

  /// How long the direction needs from the coming of the first of these messages to when all are
  /// out: the first may join a flit that is under way.
  double least_ps(const Demand& demand) const { return (flits(demand) - open_flits_) * flit_ps_; }

 private:
  using Weights = std::array<double, 3>;
  struct Filling {
    unsigned plain = 0, headers = 0, chunks = 0;
    bool data_header = false;  ///< of a 68B flit: it may have one slot with them
    bool operator<(const Filling& other) const {
      return std::tie(plain, headers, chunks, data_header) <
             std::tie(other.plain, other.headers, other.chunks, other.data_header);
    }
  };
  using Formats = std::vector<Filling>;

  static double framing(const LinkConfig& config) {
    if (config.generation == 6) return 1;  // 1b/1b
    const double skp = config.skp_ordered_sets ? 1 : 0;
    if (!config.sync_header_bypass) return 128 / 130.0 * (1 - skp / 375);
    return config.flit == FlitMode::flit_68b ? 1 - skp / 341 : 1;
  }

  static std::set<Filling> fillings(const LinkConfig& config, bool m2s) {
    const bool small = config.flit == FlitMode::flit_68b;
    Formats header, generic{{0, 0, 1}};
    Filling most;
    if (m2s) {
      header = {{1, 0, 0}, {0, 1, 0, small}};
      generic.insert(generic.end(), header.begin(), header.end());
      most = small ? Filling{2, 1, 4} : Filling{8, 4, 15};  // 256B: 4 and 2 in every 128 B
    } else if (small) {
      header = {{1, 1, 0, true}, {2, 0, 0}};                        // H3, H4
      generic.insert(generic.end(), {{2, 1, 0, true}, {2, 0, 0}});  // G4, G5
      if (config.mdh) header.push_back({0, 2, 0, true});            // H5
      if (config.mdh) generic.push_back({0, 3, 0, true});           // G6
      // With MDH the packer does not hold NDRs to two a flit, and says so.
      most = {config.mdh ? 8u : 2u, 3, 4};
    } else {
      header = {{2, 0, 0}, {0, 2, 0}};
      generic.insert(generic.end(), {{3, 0, 0}, {0, 3, 0}});
      most = {12, 6, 15};  // 6 and 3 in every 128 B
    }
    const unsigned header_slots = config.flit == FlitMode::flit_256b_lopt ? 2 : 1;
    const unsigned slots = small ? 4 : 15;
    std::set<Filling> all{Filling{}};
    for (unsigned slot = 0; slot != slots; ++slot) {
      std::set<Filling> longer = all;
      for (const Filling& filling : all) {
        for (const Filling& format : slot < header_slots ? header : generic) {
          if (filling.data_header && format.data_header) continue;
          longer.insert({std::min(filling.plain + format.plain, most.plain),
                         std::min(filling.headers + format.headers, most.headers),
                         filling.chunks + format.chunks,
                         filling.data_header || format.data_header});
        }
      }
      all = std::move(longer);
    }
    if (small) all.insert({0, 0, 4, 0});  // all data
    return all;
  }

  /// The weights that no filling exceeds 1 with: corners of a polytope, one of which gives the
  /// least number of flits for any demand.
  static std::vector<Weights> vertices_of(const std::set<Filling>& fillings) {
    struct Plane {
      Weights normal;
      double at;
    };
    std::vector<Plane> planes{{{1, 0, 0}, 0}, {{0, 1, 0}, 0}, {{0, 0, 1}, 0}};
    for (const Filling& f : fillings) {
      const bool dominated = std::any_of(fillings.begin(), fillings.end(), [&](const Filling& g) {
        return g.plain >= f.plain && g.headers >= f.headers && g.chunks >= f.chunks &&
               g.plain + g.headers + g.chunks > f.plain + f.headers + f.chunks;
      });
      if (!dominated) planes.push_back({{double(f.plain), double(f.headers), double(f.chunks)}, 1});
    }
    const auto cross = [](const Weights& a, const Weights& b) {
      return Weights{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
                     a[0] * b[1] - a[1] * b[0]};
    };
    const auto dot = [](const Weights& a, const Weights& b) {
      return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    };
    std::vector<Weights> vertices;
    for (std::size_t i = 0; i < planes.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        for (std::size_t k = 0; k < j; ++k) {
          const Plane &a = planes[i], &b = planes[j], &c = planes[k];
          const Weights bc = cross(b.normal, c.normal), ca = cross(c.normal, a.normal),
                        ab = cross(a.normal, b.normal);
          const double volume = dot(a.normal, bc);
          if (std::abs(volume) < 1e-9) continue;
          Weights w;
          for (unsigned x = 0; x != 3; ++x) {
            w[x] = (a.at * bc[x] + b.at * ca[x] + c.at * ab[x]) / volume;
          }
          const bool inside = std::all_of(planes.begin(), planes.end(), [&](const Plane& plane) {
            return plane.at == 0 ? dot(plane.normal, w) > -1e-9 : dot(plane.normal, w) < 1 + 1e-9;
          });
          const bool is_new =
              std::none_of(vertices.begin(), vertices.end(), [&](const Weights& known) {
                return std::abs(known[0] - w[0]) + std::abs(known[1] - w[1]) +
                           std::abs(known[2] - w[2]) <
                       1e-9;
              });
          if (inside && is_new) vertices.push_back(w);
        }
      }
    }
    return vertices;
  }

  double flit_ps_ = 0;
  double open_flits_ = 1;
  const std::vector<Weights>* vertices_;
};

}  // namespace cxlpool::timing::test
