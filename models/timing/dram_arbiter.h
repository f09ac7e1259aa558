// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "models/timing/arbiter.h"
#include "models/timing/dram_scheduler.h"

namespace cxlpool::timing {

/// Puts a DRAM scheduler in front of a channel's station: shows it all that waits, oldest first.
class DramArbiter final : public Arbiter {
 public:
  /// `channel` is the station's server.
  DramArbiter(const DramChannel& channel, std::unique_ptr<DramScheduler> scheduler)
      : channel_(channel), scheduler_(std::move(scheduler)) {}

  /// A device's channel has one input, so its queue is in order already.
  Transit& choose(const Heads& heads, Picoseconds now) override {
    return scheduler_->choose(*heads[0], channel_, now);
  }

  bool is_queue() const override { return false; }

  Picoseconds chooses_at(const Heads& heads, Picoseconds now) override {
    return scheduler_->chooses_at(*heads[0], now);
  }

 private:
  const DramChannel& channel_;
  std::unique_ptr<DramScheduler> scheduler_;
};

}  // namespace cxlpool::timing
