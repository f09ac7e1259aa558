// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/timing/picoseconds.h"

namespace cxlpool::timing {

/// The distribution of a duration over as many records as come, in memory that depends on the
/// longest one alone. Buckets are log-linear, as an HDR histogram's: 64 of equal width for every
/// power of two, so that a quantile is off by at most 1/128 of itself; below 128 ps none is off.
/// Count, mean, least and greatest value are exact. Two histograms merge to the one that all their
/// records would have made.
class Histogram {
 public:
  /// Quantiles are asked for in thousandths: doubles would round ranks by chance.
  static constexpr unsigned permille = 1'000;

  /// Allocates only when `value` has more bits than all before it.
  void record(Picoseconds value) {
    const std::size_t bucket = bucket_of(value);
    if (bucket >= counts_.size()) grow(bucket);
    ++counts_[bucket];
    ++count_;
    sum_ += value;
    overflows_ += sum_ < value;
    if (value < min_) min_ = value;
    if (value > max_) max_ = value;
  }
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  Picoseconds min() const { return count_ == 0 ? 0 : min_; }
  Picoseconds max() const { return max_; }
  /// Rounded to the nearest picosecond; 0 of no records.
  Picoseconds mean() const;
  /// The least value that `of_1000` thousandths of the records, rounded up and at least one, do not
  /// exceed, as far as buckets tell; 0 of no records. `of_1000` is at most 1000.
  Picoseconds quantile(unsigned of_1000) const;

 private:
  static constexpr unsigned part_bits = 6;
  static constexpr std::size_t parts = std::size_t{1} << part_bits;  ///< of each power of two

  static std::size_t bucket_of(Picoseconds value) {
    if (value < parts) return static_cast<std::size_t>(value);
    const unsigned shift = 63u - static_cast<unsigned>(__builtin_clzll(value)) - part_bits;
    return shift * parts + static_cast<std::size_t>(value >> shift);
  }
  static Picoseconds middle_of(std::size_t bucket);
  void grow(std::size_t bucket);

  std::vector<std::uint64_t> counts_;  ///< whole powers of two
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0, overflows_ = 0;  ///< of 2^64
  Picoseconds min_ = UINT64_MAX;
  Picoseconds max_ = 0;
};

/// The quantiles that reports name, and what they call them.
struct NamedQuantile {
  const char* name;
  unsigned of_1000;
};
inline constexpr std::array<NamedQuantile, 4> reported_quantiles{
    {{"p50", 500}, {"p95", 950}, {"p99", 990}, {"p99_9", 999}}};

}  // namespace cxlpool::timing
