// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cxlpool::command {

using Nanoseconds = std::uint64_t;  ///< simulated, from the start of the simulation

/// Simulated time, given from outside. It never goes back.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Nanoseconds now() const = 0;
};

/// The device's own clock (0300h, 0301h): nanoseconds since 1970 once software has set it, 0
/// before.
class Timestamp {
 public:
  explicit Timestamp(const Clock& clock) : clock_(clock) {}

  std::uint64_t get() const { return is_set_ ? base_ + (clock_.now() - set_at_) : 0; }
  void set(std::uint64_t value) {
    is_set_ = true;
    base_ = value;
    set_at_ = clock_.now();
  }
  void reset() { is_set_ = false; }

 private:
  const Clock& clock_;
  bool is_set_ = false;
  std::uint64_t base_ = 0;
  Nanoseconds set_at_ = 0;
};

}  // namespace cxlpool::command
