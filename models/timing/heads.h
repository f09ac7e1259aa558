// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cxlpool::timing {

struct Transit;

/// The oldest message at each input of a station, null where nobody waits. To look at those that
/// wait costs by their number, not by that of the inputs: a switch has hundreds.
class Heads {
 public:
  Heads() = default;
  Heads(const Heads&) = delete;  // points into itself
  Heads& operator=(const Heads&) = delete;

  std::size_t size() const { return size_; }
  /// Adds inputs at which nobody waits; who waits at others stays.
  void grow(std::size_t inputs) {
    if (inputs <= size_) return;
    const bool had_one = many_.empty();
    size_ = inputs;
    words_ = (inputs + 63) / 64;
    if (inputs == 1) return;
    many_.resize(inputs, nullptr);
    many_waits_.resize(words_, 0);
    if (had_one) {
      many_[0] = only_;
      many_waits_[0] = only_waits_;
    }
    at_ = many_.data();
    waits_ = many_waits_.data();
  }

  Transit* operator[](std::size_t input) const { return at_[input]; }
  void set(std::size_t input, Transit* head) {
    at_[input] = head;
    const std::uint64_t bit = std::uint64_t{1} << input % 64;
    waits_[input / 64] = head ? waits_[input / 64] | bit : waits_[input / 64] & ~bit;
  }

  /// In the order of the inputs.
  template <typename Action>
  void for_each(Action&& action) const {
    for (std::size_t word = 0; word < words_; ++word) {
      for (std::uint64_t left = waits_[word]; left != 0; left &= left - 1) {
        action(*at_[word * 64 + lowest(left)]);
      }
    }
  }

  /// The first input at or after `input` at which somebody waits, and after the last one the first.
  /// Somebody must wait.
  std::size_t next(std::size_t input) const {
    std::size_t word = input / 64;
    if (word >= words_) word = input = 0;
    std::uint64_t left = waits_[word] & ~std::uint64_t{0} << input % 64;
    while (left == 0) {
      word = word + 1 < words_ ? word + 1 : 0;
      left = waits_[word];
    }
    return word * 64 + lowest(left);
  }

 private:
  static std::size_t lowest(std::uint64_t bits) {
    return static_cast<std::size_t>(__builtin_ctzll(bits));
  }

  Transit* only_ = nullptr;  // most stations have one input: what it needs lies here
  std::uint64_t only_waits_ = 0;
  Transit** at_ = &only_;
  std::uint64_t* waits_ = &only_waits_;  // a bit for each input
  std::size_t size_ = 0;
  std::size_t words_ = 0;
  std::vector<Transit*> many_;
  std::vector<std::uint64_t> many_waits_;
};

}  // namespace cxlpool::timing
