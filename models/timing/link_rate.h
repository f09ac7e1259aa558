// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "models/timing/picoseconds.h"

namespace cxlpool::timing {

enum class FlitMode : std::uint8_t {
  flit_68b,        ///< CXL 1.1 and 2.0: four slots, one of them the header slot
  flit_256b,       ///< CXL 3.x standard: fifteen slots, one CRC
  flit_256b_lopt,  ///< CXL 3.x latency-optimised: two halves, each with a CRC of its own
};

/// What two ports have agreed on when their link came up.
struct LinkConfig {
  unsigned generation = 5;  ///< of PCIe: 3 to 6, which is 8, 16, 32 and 64 GT/s
  unsigned width = 16;      ///< lanes: 1, 2, 4, 8 or 16
  FlitMode flit = FlitMode::flit_68b;
  bool mdh = false;  ///< multi-data-header, 68B flits only
  bool sync_header_bypass = true;
  bool skp_ordered_sets = true;  ///< false: flits alone, without a physical layer

  friend bool operator==(const LinkConfig& a, const LinkConfig& b) {
    return std::tie(a.generation, a.width, a.flit, a.mdh, a.sync_header_bypass,
                    a.skp_ordered_sets) ==
           std::tie(b.generation, b.width, b.flit, b.mdh, b.sync_header_bypass, b.skp_ordered_sets);
  }
};

/// Why no link can run so, or an empty string.
std::string why_illegal(const LinkConfig& config);

/// A duration or a point of time with its part of a picosecond, so that a slot's length is exact
/// and a million flits end where the arithmetic says. `part` counts in LinkRate::parts().
struct ExactTime {
  Picoseconds ps = 0;
  std::uint32_t part = 0;

  /// The first whole picosecond that is not before it.
  constexpr Picoseconds ceil() const { return ps + (part != 0); }
};

/// How fast one direction of a link moves bytes, less what encoding and SKP ordered sets take.
class LinkRate {
 public:
  /// Throws std::invalid_argument where why_illegal() has a reason.
  explicit LinkRate(const LinkConfig& config);

  ExactTime bytes(std::uint64_t count) const {
    return {count * numerator_ / denominator_,
            static_cast<std::uint32_t>(count * numerator_ % denominator_)};
  }
  ExactTime sum(ExactTime a, ExactTime b) const {
    const std::uint64_t part = std::uint64_t{a.part} + b.part;
    const bool carry = part >= denominator_;
    return {a.ps + b.ps + carry, static_cast<std::uint32_t>(carry ? part - denominator_ : part)};
  }
  std::uint64_t parts() const { return denominator_; }

  /// For reports; lanes x GT/s / 8.
  static double raw_gb_per_s(const LinkConfig& config);
  static double framing_factor(const LinkConfig& config);

 private:
  std::uint64_t numerator_ = 1;    // of the picoseconds that a byte takes
  std::uint64_t denominator_ = 1;  // fits 32 bits
};

}  // namespace cxlpool::timing
