// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic/patterns/shape.h"

namespace cxlpool::traffic {

/// Every place of the range equally often, in random order, with repetition. Natural length: as
/// many accesses of the largest size as the range holds.
class UniformPattern : public RequestSource {
 public:
  explicit UniformPattern(const PatternOptions& options)
      : shape_(options),
        random_(options.seed),
        requests_(options.requests != 0 ? options.requests : shape_.places()),
        left_(requests_) {}

  Next next(Request& request) override;
  std::uint64_t size_hint() const override { return requests_; }

 private:
  AccessShape shape_;
  Random random_;
  std::uint64_t requests_;
  std::uint64_t left_;
};

}  // namespace cxlpool::traffic
