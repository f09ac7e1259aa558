// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic/patterns/options.h"
#include "traffic/request.h"

namespace cxlpool::traffic {

/// The kernels of the STREAM benchmark, by what they read and write for each element:
///
///     copy   c[i] = a[i]              scale  b[i] = q * c[i]
///     add    c[i] = a[i] + b[i]       triad  a[i] = b[i] + q * c[i]
enum class StreamKernel : std::uint8_t { copy, scale, add, triad };

/// One kernel over the range, which is cut into its two or three arrays, side by side in the order
/// a, b, c. An element is one access of the one size in `sizes`. The traffic is the kernel's; the
/// data is not computed, writes carry the default data. Begins anew after the last element. A
/// range without one element an array is a PatternError. Natural length: one pass.
class StreamPattern : public RequestSource {
 public:
  StreamPattern(StreamKernel kernel, const PatternOptions& options);

  Next next(Request& request) override;
  std::uint64_t size_hint() const override { return requests_; }

 private:
  struct Step {
    Op op;
    std::uint8_t array;
  };

  Step steps_[3];
  unsigned step_count_;
  std::uint32_t size_;
  std::uint64_t first_;
  std::uint64_t elements_;
  std::uint64_t element_ = 0;
  unsigned step_ = 0;
  std::uint64_t requests_;
  std::uint64_t left_;
};

}  // namespace cxlpool::traffic
