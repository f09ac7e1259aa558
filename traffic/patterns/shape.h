// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "traffic/patterns/options.h"
#include "traffic/patterns/random.h"
#include "traffic/request.h"

namespace cxlpool::traffic {

/// Next multiple of `alignment`, a power of two.
constexpr std::uint64_t align_up(std::uint64_t address, std::uint64_t alignment) {
  return (address + alignment - 1) & ~(alignment - 1);
}

/// Smallest power of two that is at least `value`; `value` is 1 to 2^63.
constexpr std::uint64_t power_of_two_at_least(std::uint64_t value) {
  std::uint64_t power = 1;
  while (power < value) power *= 2;
  return power;
}

/// What a shaped access looks like apart from where it goes: operation, size, byte enables, and the
/// alignment that its size asks for. Also the one place that checks the common options: the
/// constructor throws PatternError unless every size has a place in the range, so that first() to
/// last() is never empty.
class AccessShape {
 public:
  explicit AccessShape(const PatternOptions& options);

  /// Sets everything but the address.
  void draw(Random& random, Request& request);

  /// Natural alignment of a power-of-two size, in bytes; 1 for other sizes or when unaligned.
  std::uint64_t alignment(std::uint32_t size) const {
    return unaligned_ || (size & (size - 1)) != 0 ? 1 : size;
  }

  /// Lowest and highest address that an access of `size` bytes may take.
  std::uint64_t first(std::uint32_t size) const { return align_up(base_, alignment(size)); }
  std::uint64_t last(std::uint32_t size) const { return (end_ - size) & ~(alignment(size) - 1); }

  std::uint32_t largest() const { return largest_; }
  bool unaligned() const { return unaligned_; }
  std::uint64_t base() const { return base_; }
  std::uint64_t end() const { return end_; }

  /// How many accesses of the largest size the range holds side by side: the natural length of a
  /// shaped pattern.
  std::uint64_t places() const { return (last(largest_) - first(largest_)) / largest_ + 1; }

 private:
  std::uint64_t base_;
  std::uint64_t end_;
  std::vector<std::uint32_t> sizes_;
  std::uint32_t largest_ = 0;
  unsigned read_percent_;
  bool unaligned_;
  bool byte_enables_;
  bool enable_all_ = true;
};

/// Throws PatternError unless `base` and `size` are a range that address arithmetic cannot leave.
void check_range(const PatternOptions& options);

/// Throws PatternError when `unaligned` or `byte_enables` is set: `pattern` has its own placement.
void refuse_shaping(const PatternOptions& options, const char* pattern);

/// The one access size of a pattern that takes exactly one.
std::uint32_t only_size(const PatternOptions& options, const char* pattern);

}  // namespace cxlpool::traffic
