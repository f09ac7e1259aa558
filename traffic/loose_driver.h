// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <systemc>

#include "models/timing/picoseconds.h"

namespace cxlpool::traffic {

class Initiator;

/// The one process of a run's loosely timed initiators. They run ahead of the kernel by up to the
/// quantum, but not of each other: the one whose next request is the earliest issues it. If each
/// ran through a quantum in a turn of its own, the first would not see the others and the last
/// would get what room they have left, which the mean does not show and p99 does
/// (docs/modules/time.md). So what these initiators come to does not depend on the quantum, which
/// only says how often others in the simulation have their turn.
class LooseDriver : public sc_core::sc_module {
 public:
  /// What would happen at `until` or later does not.
  LooseDriver(sc_core::sc_module_name name, sc_core::sc_time quantum,
              timing::Picoseconds until = ~timing::Picoseconds{0});

  /// From now on `initiator`, which must outlive the simulation, issues a request whenever it is
  /// due(), until it has none.
  void enter(Initiator& initiator);

  timing::Picoseconds until() const { return until_; }

 private:
  struct Entry {
    timing::Picoseconds due;
    std::uint32_t number;  ///< who entered first goes first
    Initiator* initiator;
  };

  static bool later(const Entry& a, const Entry& b) {
    return a.due != b.due ? a.due > b.due : a.number > b.number;
  }

  void run();
  bool drive(Entry& first, timing::Picoseconds present);
  void wake_at(timing::Picoseconds at);

  const timing::Picoseconds quantum_, until_;
  sc_core::sc_event wake_;
  std::vector<Entry> entries_;  ///< a heap, the earliest on top
  std::uint32_t entered_ = 0;
  timing::Picoseconds ends_at_ = 0;  ///< the last answer to those that have nothing left to ask
};

}  // namespace cxlpool::traffic
