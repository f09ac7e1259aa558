// SPDX-License-Identifier: Apache-2.0
#include "models/timing/link_rate.h"

#include <numeric>
#include <stdexcept>

namespace cxlpool::timing {
namespace {

struct Ratio {
  std::uint64_t numerator = 1;
  std::uint64_t denominator = 1;
};

unsigned gigatransfers(unsigned generation) { return 1u << generation; }

/// The share of the raw rate that flits get (CXL 3.x section 6.8, table of the sync header bypass).
Ratio framing(const LinkConfig& config) {
  if (gigatransfers(config.generation) >= 64) {
    return {};  // 1b/1b
  }
  if (!config.sync_header_bypass) {
    // A SKP ordered set every 370 to 375 blocks: the best case.
    return config.skp_ordered_sets ? Ratio{128 * 374, 130 * 375} : Ratio{128, 130};
  }
  if (!config.skp_ordered_sets) return {};
  // Flit mode has its SKP ordered sets between flits, in room that the reference tables leave out.
  return config.flit == FlitMode::flit_68b ? Ratio{340, 341} : Ratio{};
}

}  // namespace

std::string why_illegal(const LinkConfig& config) {
  if (config.generation < 3 || config.generation > 6) {
    return "CXL runs at 8, 16, 32 or 64 GT/s, which is PCIe generation 3 to 6";
  }
  const unsigned width = config.width;
  if (width == 0 || width > 16 || (width & (width - 1)) != 0) {
    return "a link has 1, 2, 4, 8 or 16 lanes";
  }
  if (config.generation == 6 && config.flit == FlitMode::flit_68b) {
    return "68B flits go up to 32 GT/s; 64 GT/s needs 256B flits";
  }
  if (config.mdh && config.flit != FlitMode::flit_68b) {
    return "multi-data-header is negotiated for 68B flits only";
  }
  return {};
}

LinkRate::LinkRate(const LinkConfig& config) {
  if (const std::string reason = why_illegal(config); !reason.empty()) {
    throw std::invalid_argument(reason);
  }
  const Ratio share = framing(config);
  numerator_ = 8 * ps_per_ns * share.denominator;
  denominator_ = std::uint64_t{gigatransfers(config.generation)} * config.width * share.numerator;
  const std::uint64_t common = std::gcd(numerator_, denominator_);
  numerator_ /= common;
  denominator_ /= common;
}

double LinkRate::raw_gb_per_s(const LinkConfig& config) {
  return gigatransfers(config.generation) * config.width / 8.0;
}

double LinkRate::framing_factor(const LinkConfig& config) {
  const Ratio share = framing(config);
  return static_cast<double>(share.numerator) / static_cast<double>(share.denominator);
}

}  // namespace cxlpool::timing
