// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "models/timing/picoseconds.h"

/// Where a loosely timed run is off although no server is too busy, told from what it saw itself.
/// tests/unit/timing holds it against the exact queues.
namespace cxlpool::timing {

/// Places of a queue that messages would have held in the mean (Little's law): those that wait, and
/// those that are under way to it for `flight`, since a place is taken when the station before
/// begins.
inline double places_held(double messages, Picoseconds flight, double mean_wait,
                          Picoseconds measured) {
  if (measured == 0) return 0;
  return messages * (static_cast<double>(flight) + mean_wait) / static_cast<double>(measured);
}

/// How deep the queue must be for that not to be full at times: as many come and go independently,
/// their number varies by its root.
inline double places_needed(double held) { return held + 2 * std::sqrt(held); }

}  // namespace cxlpool::timing
