// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/timing/picoseconds.h"

namespace cxlpool::timing {

/// Exact quotients by one divisor, some five times as fast as dividing.
class Divider {
 public:
  explicit Divider(std::uint64_t divisor)
      : divisor_(divisor), reciprocal_(~std::uint64_t{0} / divisor) {}
  std::uint64_t operator()(std::uint64_t value) const {
    auto quotient = static_cast<std::uint64_t>(static_cast<Wide>(value) * reciprocal_ >> 64);
    while (value - quotient * divisor_ >= divisor_) ++quotient;  // it errs downwards, by 2 at most
    return quotient;
  }
  std::uint64_t divisor() const { return divisor_; }

 private:
  __extension__ typedef unsigned __int128 Wide;

  std::uint64_t divisor_;
  std::uint64_t reciprocal_;
};

/// Which of the next few microseconds are taken: a ring of one bit a slot that moves on with the
/// latest reservation. What has left the ring is forgotten, and counts as taken.
class DramCalendar {
 public:
  static constexpr unsigned longest_run = 64;

  /// First slot from `slot` on that begins `run` free ones.
  std::uint64_t first_free(std::uint64_t slot, unsigned run) const {
    slot = std::max(slot, base_ * 64);
    const std::uint64_t wanted = run >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << run) - 1;
    for (;;) {
      const std::uint64_t taken = from(slot) & wanted;
      if (taken == 0) return slot;
      // On behind the last of the taken ones; a run of one skips all that touch.
      slot += run == 1 ? ones_from(slot) : 64u - static_cast<unsigned>(__builtin_clzll(taken));
    }
  }

  /// Takes them, free or not; returns how many were free.
  std::uint64_t take(std::uint64_t slot, std::uint64_t run) {
    const std::uint64_t end = slot + run;
    reach((end - 1) / 64);
    slot = std::max(slot, base_ * 64);
    std::uint64_t were_free = 0;
    while (slot < end) {
      const std::uint64_t count = std::min(64 - slot % 64, end - slot);
      const std::uint64_t ones = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
      std::uint64_t& word = words_[slot / 64 % words];
      were_free += static_cast<unsigned>(__builtin_popcountll(ones << slot % 64 & ~word));
      word |= ones << slot % 64;
      slot += count;
    }
    return were_free;
  }

 private:
  static constexpr std::uint64_t words = 32;

  std::uint64_t word(std::uint64_t index) const {
    return index >= base_ + words ? 0 : words_[index % words];
  }
  std::uint64_t from(std::uint64_t slot) const {
    const std::uint64_t index = slot / 64;
    const unsigned offset = slot % 64;
    if (offset == 0) return word(index);
    return word(index) >> offset | word(index + 1) << (64 - offset);
  }
  unsigned ones_from(std::uint64_t slot) const {
    const std::uint64_t free = ~from(slot);
    return free == 0 ? 64 : static_cast<unsigned>(__builtin_ctzll(free));
  }
  void reach(std::uint64_t index) {
    if (index < base_ + words) return;
    const std::uint64_t base = index - words + 1;
    for (std::uint64_t i = std::max(base_ + words, base); i <= index; ++i) words_[i % words] = 0;
    base_ = base;
  }

  std::uint64_t base_ = 0;  // index of the first word in the ring
  std::uint64_t words_[words] = {};
};

/// At most `limit` in each bin of time; a ring as above. For tFAW: four activations each.
class DramCountCalendar {
 public:
  DramCountCalendar(Picoseconds bin, unsigned limit) : bin_of_(bin), limit_(limit) {}

  Picoseconds first_free(Picoseconds at) const {
    const std::uint64_t wanted = bin_of_(at);
    std::uint64_t bin = std::max(wanted, base_);
    while (bin < base_ + bins && counts_[bin % bins] >= limit_) ++bin;
    if (bin == wanted) return at;
    const unsigned used = bin < base_ + bins ? counts_[bin % bins] : 0;
    return (bin * limit_ + used) * bin_of_.divisor() / limit_;
  }

  void take(Picoseconds at) {
    const std::uint64_t bin = bin_of_(at);
    if (bin < base_) return;
    if (bin >= base_ + bins) {
      const std::uint64_t base = bin - bins + 1;
      for (std::uint64_t i = std::max(base_ + bins, base); i <= bin; ++i) counts_[i % bins] = 0;
      base_ = base;
    }
    ++counts_[bin % bins];
  }

 private:
  static constexpr std::uint64_t bins = 512;

  Divider bin_of_;
  unsigned limit_;
  std::uint64_t base_ = 0;
  std::uint8_t counts_[bins] = {};
};

}  // namespace cxlpool::timing
