// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "models/timing/picoseconds.h"

namespace cxlpool::timing {

/// How well the mean of a run's durations is known. Those of neighbours in time depend on each
/// other, by the queues that they have shared, so that their own scatter says too little; means of
/// long batches hardly do. There are always 32 to 63 complete batches of equal length, which
/// doubles as records come: memory is constant, and the length of a run need not be known.
class BatchMeans {
 public:
  void record(Picoseconds value) {
    open_sum_ += value;
    if (++open_count_ == length_) close();
  }

  /// Half the width of the 95 % confidence interval of the mean, by Student's t. Nothing where
  /// batches are shorter than least_length: such means are not independent enough to tell.
  std::optional<Picoseconds> half_width() const;

  std::size_t batches() const { return batches_; }
  std::uint64_t length() const { return length_; }

  static constexpr std::size_t most_batches = 64;
  static constexpr std::uint64_t least_length = 16;

 private:
  void close();

  std::array<std::uint64_t, most_batches> sums_{};
  std::size_t batches_ = 0;
  std::uint64_t length_ = 1;
  std::uint64_t open_sum_ = 0, open_count_ = 0;
};

}  // namespace cxlpool::timing
