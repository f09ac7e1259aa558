// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/timing/heads.h"
#include "models/timing/transit.h"

namespace cxlpool::timing {

/// Chooses which of the waiting messages goes next. `heads[i]` is the oldest at input i, null when
/// nobody waits there; each leads to those behind it. At least one is not null. The choice is final
/// and depends on nothing but what waits and what was chosen before.
class Arbiter {
 public:
  virtual ~Arbiter() = default;
  virtual Transit& choose(const Heads& heads, Picoseconds now) = 0;

  /// When it would choose, if nothing comes until then: later than `now` where it would rather wait
  /// for what may come.
  virtual Picoseconds chooses_at(const Heads& heads, Picoseconds now) {
    static_cast<void>(heads);
    return now;
  }

  /// A message at `input`, the only one that waits, can go at once. Returns whether it may without
  /// being chosen, and if so remembers as much of it as choose() would have.
  virtual bool lets_pass(std::size_t input) {
    static_cast<void>(input);
    return false;
  }

  /// Whether, of a single input, it always chooses the oldest message, at once, and need not be
  /// asked.
  virtual bool is_queue() const = 0;
};

/// Earliest arrival first, over all inputs.
class FifoArbiter final : public Arbiter {
 public:
  Transit& choose(const Heads& heads, Picoseconds now) override;
  bool is_queue() const override { return true; }
  bool lets_pass(std::size_t) override { return true; }
};

/// Inputs take turns; with weights, an input gets its share of turns, spread evenly.
class RoundRobinArbiter final : public Arbiter {
 public:
  RoundRobinArbiter() = default;
  /// Of each input; inputs without a weight have 1. Throws std::invalid_argument for a weight of 0.
  explicit RoundRobinArbiter(std::vector<unsigned> weights);
  Transit& choose(const Heads& heads, Picoseconds now) override;
  bool is_queue() const override { return true; }
  /// With weights it depends on those that do not wait, too.
  bool lets_pass(std::size_t input) override {
    if (!weights_.empty()) return false;
    last_ = input;
    return true;
  }

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
  Transit& choose(const Heads& heads, Picoseconds now) override;
  bool is_queue() const override { return true; }
  bool lets_pass(std::size_t) override { return true; }
};

}  // namespace cxlpool::timing
