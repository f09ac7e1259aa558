// SPDX-License-Identifier: Apache-2.0
#include "models/timing/histogram.h"

#include <algorithm>
#include <cmath>

namespace cxlpool::timing {

void Histogram::grow(std::size_t bucket) { counts_.resize((bucket / parts + 1) * parts, 0); }

Picoseconds Histogram::middle_of(std::size_t bucket) {
  if (bucket < 2 * parts) return bucket;
  const auto shift = static_cast<unsigned>(bucket / parts - 1);
  const Picoseconds low = (parts + bucket % parts) << shift;
  return low + (Picoseconds{1} << shift) / 2;
}

void Histogram::merge(const Histogram& other) {
  if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size(), 0);
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  overflows_ += other.overflows_ + (sum_ < other.sum_);
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

Picoseconds Histogram::mean() const {
  if (count_ == 0) return 0;
  if (overflows_ == 0) return sum_ / count_ + (sum_ % count_ >= count_ - count_ / 2 ? 1 : 0);
  const double sum = std::ldexp(static_cast<double>(overflows_), 64) + static_cast<double>(sum_);
  const double mean = sum / static_cast<double>(count_);
  // Between the two in any case, also where rounding would leave 64 bits.
  if (mean >= static_cast<double>(max_)) return max_;
  return std::max(min_, static_cast<Picoseconds>(mean));
}

Picoseconds Histogram::quantile(unsigned of_1000) const {
  if (count_ == 0) return 0;
  // count * of_1000 / 1000, rounded up, without leaving 64 bits.
  const std::uint64_t rest = count_ % permille * of_1000;
  const std::uint64_t exact = count_ / permille * of_1000 + (rest + permille - 1) / permille;
  const std::uint64_t rank = std::max<std::uint64_t>(exact, 1);
  if (rank >= count_) return max_;
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= rank) return std::clamp(middle_of(bucket), min_, max_);
  }
  return max_;
}

}  // namespace cxlpool::timing
