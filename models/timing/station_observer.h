// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/timing/picoseconds.h"

namespace cxlpool::timing {

class Station;

/// Told whenever more or fewer messages wait at a station. Loosely timed, a message's whole wait is
/// known when it is booked: times are ahead of the clock then, and not in order.
class StationObserver {
 public:
  virtual ~StationObserver() = default;
  virtual void waiting_changed(const Station& station, Picoseconds at, int by) = 0;
};

}  // namespace cxlpool::timing
