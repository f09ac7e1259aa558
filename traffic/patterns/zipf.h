// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic/patterns/shape.h"
#include "traffic/patterns/zipf_distribution.h"

namespace cxlpool::traffic {

/// Popularity by Zipf's law: the range is cut into slots of 64 bytes (or the power of two that
/// holds the largest access), the slot of rank k is taken in proportion to k^-s. Ranks are strewn
/// over the range, since neighbours of the hottest slot are not hot in life, and would all lie in
/// one granule. A range without one aligned slot is a PatternError. Natural length: as many
/// accesses as there are slots.
class ZipfPattern : public RequestSource {
 public:
  explicit ZipfPattern(const PatternOptions& options);

  Next next(Request& request) override;
  std::uint64_t size_hint() const override { return requests_; }

  std::uint64_t slots() const { return slots_; }

  /// Address of the slot with a rank, 1 (the most popular) to slots().
  std::uint64_t slot_address(std::uint64_t rank) const;

 private:
  AccessShape shape_;
  Random random_;
  std::uint64_t slot_bytes_;
  std::uint64_t first_slot_;  ///< address
  std::uint64_t slots_;
  std::uint64_t multiplier_;  ///< has no divisor in common with slots_: ranks map one to one
  std::uint64_t offset_;
  ZipfDistribution ranks_;
  std::uint64_t requests_;
  std::uint64_t left_;
};

}  // namespace cxlpool::traffic
