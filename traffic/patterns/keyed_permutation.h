// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace cxlpool::traffic {

/// A permutation of 0 to count - 1 that a seed gives, computed in both directions without a table:
/// a Feistel network over the next even number of bits, applied again while it leads beyond count
/// (less than four times on average). Looks random; keeps no secret.
class KeyedPermutation {
 public:
  /// `count` is at least 1 and at most 2^62.
  KeyedPermutation(std::uint64_t count, std::uint64_t seed);

  std::uint64_t count() const { return count_; }
  std::uint64_t at(std::uint64_t place) const;
  std::uint64_t place_of(std::uint64_t value) const;  ///< inverse of at()

 private:
  static constexpr unsigned rounds = 6;

  std::uint64_t forth(std::uint64_t value) const;
  std::uint64_t back(std::uint64_t value) const;
  std::uint64_t half(unsigned round, std::uint64_t value) const;

  std::uint64_t count_;
  unsigned half_bits_;
  std::uint64_t half_mask_;
  std::array<std::uint64_t, rounds> keys_;
};

}  // namespace cxlpool::traffic
