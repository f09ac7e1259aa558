// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/keyed_permutation.h"

#include "traffic/patterns/random.h"

namespace cxlpool::traffic {
namespace {

/// Every bit of the result depends on every bit of the argument (the finaliser of splitmix64).
constexpr std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ value >> 30) * 0xBF58'476D'1CE4'E5B9u;
  value = (value ^ value >> 27) * 0x94D0'49BB'1331'11EBu;
  return value ^ value >> 31;
}

}  // namespace

KeyedPermutation::KeyedPermutation(std::uint64_t count, std::uint64_t seed)
    : count_(count), half_bits_(1) {
  while (std::uint64_t{1} << 2 * half_bits_ < count) ++half_bits_;
  half_mask_ = (std::uint64_t{1} << half_bits_) - 1;
  Random random(seed);
  for (std::uint64_t& key : keys_) key = random.next();
}

std::uint64_t KeyedPermutation::half(unsigned round, std::uint64_t value) const {
  return mixed(value + keys_[round]) & half_mask_;
}

std::uint64_t KeyedPermutation::forth(std::uint64_t value) const {
  std::uint64_t left = value >> half_bits_;
  std::uint64_t right = value & half_mask_;
  for (unsigned round = 0; round < rounds; ++round) {
    const std::uint64_t next = left ^ half(round, right);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

std::uint64_t KeyedPermutation::back(std::uint64_t value) const {
  std::uint64_t left = value >> half_bits_;
  std::uint64_t right = value & half_mask_;
  for (unsigned round = rounds; round-- > 0;) {
    const std::uint64_t before = right ^ half(round, left);
    right = left;
    left = before;
  }
  return left << half_bits_ | right;
}

std::uint64_t KeyedPermutation::at(std::uint64_t place) const {
  do {
    place = forth(place);
  } while (place >= count_);
  return place;
}

std::uint64_t KeyedPermutation::place_of(std::uint64_t value) const {
  do {
    value = back(value);
  } while (value >= count_);
  return value;
}

}  // namespace cxlpool::traffic
