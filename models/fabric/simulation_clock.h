// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/command/clock.h"
#include "models/fabric/timekeeper.h"

namespace cxlpool::fabric {

/// The simulation's time as commands read it, in whole nanoseconds.
class SimulationClock final : public command::Clock {
 public:
  command::Nanoseconds now() const override {
    return to_picoseconds(sc_core::sc_time_stamp()) / timing::ps_per_ns;
  }
};

}  // namespace cxlpool::fabric
