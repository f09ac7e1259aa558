// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/timing/wheel.h"

namespace cxlpool::timing {

class Station;

/// The order of everything that happens in an approximately timed run: one wheel, and the rule of
/// what comes first within a picosecond. All arrivals of an instant are in their queues before any
/// station decides which message goes next, so no decision depends on the order of the arrivals. A
/// message that takes no time at all arrives in the next round of the same instant.
class Timeline {
 public:
  /// The instant that is being carried out, or was last.
  Picoseconds now() const { return now_; }

  /// `at` is not before now(). Events of one instant come by `order`, which tells them apart.
  void schedule(Picoseconds at, std::uint64_t order, Actor& actor, void* subject) {
    wheel_.schedule({at, order, &actor, subject});
  }

  /// Has `station` decide at the end of the present round.
  void touch(Station& station);

  /// When something is due; Wheel::never when nothing is.
  Picoseconds next() const { return touched_.empty() ? wheel_.next() : now_; }
  bool idle() const { return touched_.empty() && wheel_.empty(); }

  /// Whether nothing else is left to be done in the present instant, as far as is known: what the
  /// last event brings about then depends on nobody else.
  bool is_last() const { return touched_.empty() && wheel_.next() != now_; }

  /// Carries out the earliest instant, with all its rounds.
  void step();

  /// Every station that will ever be touched, once; gives it its number.
  std::uint32_t enlist(Station& station);
  const std::vector<Station*>& stations() const { return stations_; }

  /// Of the present instant; it begins with round 0.
  std::uint32_t round() const { return round_; }

  /// Whether stations compete for shared buffers. Who gets one is settled round by round within an
  /// instant, so that nothing may be foreseen then.
  bool shares_buffers() const { return shares_buffers_; }

  /// A waiting cycle among the stations, or, where there is none, the chain that ends at a station
  /// that nobody will wake: why messages are still under way in an idle timeline. Empty if every
  /// queue is.
  std::vector<const Station*> find_deadlock() const;

 private:
  void decide();
  const Station* waits_for(const Station& station) const;

  /// With its number, so that putting them in order touches no station.
  struct Touched {
    std::uint32_t number;
    Station* station;
  };

  Wheel wheel_;
  Picoseconds now_ = 0;
  std::vector<Touched> touched_;
  std::vector<Touched> deciding_;
  std::vector<Station*> stations_;
  bool shares_buffers_ = false;
  std::uint32_t round_ = 0;
};

}  // namespace cxlpool::timing
