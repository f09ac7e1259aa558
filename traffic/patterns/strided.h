// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic/patterns/shape.h"

namespace cxlpool::traffic {

/// Steps through the range by `stride` bytes; each further pass begins one access further up, so
/// that long runs touch every place. An address is rounded up to natural alignment. A stride of 0,
/// or one that is larger than the range, is a PatternError. Natural length: one pass.
class StridedPattern : public RequestSource {
 public:
  explicit StridedPattern(const PatternOptions& options);

  Next next(Request& request) override;
  std::uint64_t size_hint() const override { return requests_; }

 private:
  AccessShape shape_;
  Random random_;
  std::uint64_t stride_;
  std::uint64_t lane_bytes_;  ///< how much further up a pass begins than the one before
  std::uint64_t lane_;        ///< where this pass began, bytes above the base
  std::uint64_t cursor_;
  std::uint64_t requests_;
  std::uint64_t left_;
};

}  // namespace cxlpool::traffic
