// SPDX-License-Identifier: Apache-2.0
#include "models/timing/batch_means.h"

#include <cmath>

namespace cxlpool::timing {
namespace {

/// The 97.5 % quantile of Student's t, by the expansion of Cornish and Fisher: off by less than
/// 1e-4 from 30 degrees of freedom on.
double student(double freedom) {
  constexpr double z = 1.959963984540054;
  constexpr double z3 = z * z * z, z5 = z3 * z * z;
  return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom);
}

}  // namespace

void BatchMeans::close() {
  sums_[batches_++] = open_sum_;
  open_sum_ = open_count_ = 0;
  if (batches_ < most_batches) return;
  batches_ /= 2;
  for (std::size_t i = 0; i < batches_; ++i) sums_[i] = sums_[2 * i] + sums_[2 * i + 1];
  length_ *= 2;
}

std::optional<Picoseconds> BatchMeans::half_width() const {
  if (length_ < least_length) return std::nullopt;
  const auto count = static_cast<double>(batches_);
  const auto length = static_cast<double>(length_);
  double mean = 0;
  for (std::size_t i = 0; i < batches_; ++i) mean += static_cast<double>(sums_[i]) / length;
  mean /= count;
  double squares = 0;
  for (std::size_t i = 0; i < batches_; ++i) {
    const double off = static_cast<double>(sums_[i]) / length - mean;
    squares += off * off;
  }
  const double width = student(count - 1) * std::sqrt(squares / (count - 1) / count);
  return static_cast<Picoseconds>(width + 0.5);
}

}  // namespace cxlpool::timing
