// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/timing/transit.h"

namespace cxlpool::timing {

/// Chooses which of the waiting messages goes next. `heads[i]` is the oldest at input i, null when
/// nobody waits there; each leads to those behind it. At least one is not null. The choice is final
/// and depends on nothing but what waits and what was chosen before.
class Arbiter {
 public:
  virtual ~Arbiter() = default;
  virtual Transit& choose(const std::vector<Transit*>& heads, Picoseconds now) = 0;
};

/// Earliest arrival first, over all inputs.
class FifoArbiter final : public Arbiter {
 public:
  Transit& choose(const std::vector<Transit*>& heads, Picoseconds now) override;
};

/// Inputs take turns; with weights, an input gets its share of turns, spread evenly.
class RoundRobinArbiter final : public Arbiter {
 public:
  RoundRobinArbiter() = default;
  /// Of each input; inputs without a weight have 1. Throws std::invalid_argument for a weight of 0.
  explicit RoundRobinArbiter(std::vector<unsigned> weights);
  Transit& choose(const std::vector<Transit*>& heads, Picoseconds now) override;

 private:
  std::int64_t weight(std::size_t input) const {
    return input < weights_.size() ? static_cast<std::int64_t>(weights_[input]) : 1;
  }

  std::vector<unsigned> weights_;
  std::vector<std::int64_t> credit_;
  std::size_t last_ = 0;
};

/// The highest traffic class at the heads first; within a class, earliest arrival first.
class PriorityArbiter final : public Arbiter {
 public:
  Transit& choose(const std::vector<Transit*>& heads, Picoseconds now) override;
};

}  // namespace cxlpool::timing
