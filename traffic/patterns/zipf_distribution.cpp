// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/zipf_distribution.h"

#include <algorithm>

namespace cxlpool::traffic {
namespace {

constexpr unsigned fraction_bits = 63;
constexpr std::uint64_t one = std::uint64_t{1} << fraction_bits;

std::uint64_t square_root(Uint128 value) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = one; bit != 0; bit >>= 1) {
    const std::uint64_t tried = root | bit;
    if (Uint128{tried} * tried <= value) root = tried;
  }
  return root;
}

/// log2 of a number in [1, 2), by squaring: each squaring brings out one more bit.
std::uint64_t log2_fraction(std::uint64_t mantissa) {
  std::uint64_t result = 0;
  for (std::uint64_t bit = one >> 1; bit != 0; bit >>= 1) {
    Uint128 square = (Uint128{mantissa} * mantissa) >> fraction_bits;
    if ((square >> (fraction_bits + 1)) != 0) {
      result |= bit;
      square >>= 1;
    }
    mantissa = static_cast<std::uint64_t>(square);
  }
  return result;
}

}  // namespace

ZipfDistribution::ZipfDistribution(std::uint64_t items, std::uint32_t exponent_percent)
    : items_(items), exponent_percent_(exponent_percent) {
  roots_[0] = one >> 1;
  for (std::size_t i = 1; i < roots_.size(); ++i) {
    roots_[i] = square_root(Uint128{roots_[i - 1]} << fraction_bits);
  }
  for (std::uint64_t i = 0; i < 256; ++i) steps_[i] = power(one + (i << (fraction_bits - 8)));
  steps_[256] = two_to_minus((Uint128{exponent_percent_} << fraction_bits) / 100);

  // An octave weighs 2^(j (1 - s)). The heaviest is the first or the last; it becomes 2^56, so that
  // the sum stays below 2^62.
  unsigned octaves = 0;
  while (octaves < 63 && (items_ >> octaves) > 1) ++octaves;
  ++octaves;
  const int slope = 100 - static_cast<int>(exponent_percent_);
  const int heaviest = std::max(0, slope * static_cast<int>(octaves - 1));
  std::uint64_t sum = 0;
  for (unsigned octave = 0; octave < octaves; ++octave) {
    const int below = heaviest - slope * static_cast<int>(octave);
    std::uint64_t weight =
        two_to_minus((Uint128{static_cast<unsigned>(below)} << fraction_bits) / 100) >> 7;
    if (octave + 1 == octaves) {
      const std::uint64_t ranks = items_ - (std::uint64_t{1} << octave) + 1;
      weight = static_cast<std::uint64_t>((Uint128{weight} * ranks) >> octave);
    }
    sum += weight;
    octave_ends_.push_back(sum);
  }
}

ZipfDistribution::Fixed ZipfDistribution::two_to_minus(Uint128 exponent) const {
  const Uint128 whole = exponent >> fraction_bits;
  if (whole > fraction_bits) return 0;
  Fixed result = one;
  std::uint64_t bit = one >> 1;
  for (std::size_t i = 1; i < roots_.size(); ++i, bit >>= 1) {
    if ((exponent & bit) != 0) {
      result = static_cast<Fixed>((Uint128{result} * roots_[i]) >> fraction_bits);
    }
  }
  return result >> static_cast<unsigned>(whole);
}

ZipfDistribution::Fixed ZipfDistribution::power(Fixed mantissa) const {
  return two_to_minus(Uint128{log2_fraction(mantissa)} * exponent_percent_ / 100);
}

std::uint64_t ZipfDistribution::draw(Random& random) const {
  for (;;) {
    const std::uint64_t point = random.below(octave_ends_.back());
    const auto end = std::upper_bound(octave_ends_.begin(), octave_ends_.end(), point);
    const auto octave = static_cast<unsigned>(end - octave_ends_.begin());
    const std::uint64_t lowest = std::uint64_t{1} << octave;
    const std::uint64_t ranks = std::min(lowest, items_ - lowest + 1);
    const std::uint64_t rank = lowest + random.below(ranks);

    const Fixed mantissa = rank << (fraction_bits - octave);
    const std::size_t step = (mantissa >> (fraction_bits - 8)) & 0xFF;
    const std::uint64_t trial = random.next() >> 1;
    if (trial < steps_[step + 1]) return rank;
    if (trial < steps_[step] && trial < power(mantissa)) return rank;
  }
}

}  // namespace cxlpool::traffic
