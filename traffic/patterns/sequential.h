// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic/patterns/shape.h"

namespace cxlpool::traffic {

/// Walks the range upwards, each access right behind the one before it (behind padding to its
/// natural alignment), and begins again at the bottom. Unaligned, the walk begins at a drawn byte
/// offset. Natural length: as many accesses of the largest size as the range holds.
class SequentialPattern : public RequestSource {
 public:
  explicit SequentialPattern(const PatternOptions& options);

  Next next(Request& request) override;
  std::uint64_t size_hint() const override { return requests_; }

 private:
  AccessShape shape_;
  Random random_;
  std::uint64_t requests_;
  std::uint64_t left_;
  std::uint64_t cursor_;
};

}  // namespace cxlpool::traffic
