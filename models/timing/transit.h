// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/timing/message.h"
#include "models/timing/wheel.h"

namespace cxlpool::timing {

class Station;

/// One input of a station: where a message waits. A null station is a place without a queue that
/// always has room.
struct Place {
  Station* station = nullptr;
  unsigned input = 0;
};

/// One message under way. Its owner sets it on a leg, a row of places that it passes without being
/// asked, and is fired with it at the end of the leg.
///
/// Whoever sends a message to a place has reserved room there: within a leg the stations see to it,
/// and the last one also reserves room at `beyond`, where the next leg will begin.
///
/// What a station needs of it on the way lies in one cache line.
struct alignas(64) Transit {
  Message message;
  std::uint64_t order = 0;  ///< earlier first among messages of the same instant
  Picoseconds ready = 0;    ///< when it came to the station where it is
  /// Its place among what was sent to the same input: what arrives there in the same instant queues
  /// in the order in which it left the station before. Where it enters: `order`.
  std::uint64_t turn = 0;
  const Place* leg = nullptr;
  const Place* leg_end = nullptr;
  Transit* behind = nullptr;  ///< in its queue
  Actor* owner = nullptr;
  Place beyond;
  Picoseconds after = 0;  ///< from the end of the leg until its owner is told

  Place next() const { return leg + 1 < leg_end ? leg[1] : beyond; }
};

}  // namespace cxlpool::timing
