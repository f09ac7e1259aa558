// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/timing/message.h"

namespace cxlpool::timing {

class SlotCalendar;

/// One thing that takes time and is used by one message at a time: a link direction, a DRAM
/// channel, an issue port. It knows how long a message takes and nothing of queues, which belong to
/// the station in front of it.
///
/// The two modes ask it in two ways that agree to the picosecond where nobody else is in the way.
/// One simulation uses one of the two.
class Server {
 public:
  struct Service {
    Picoseconds free_at =
        0;  ///< when the next message may begin; `now`, where any number may at once
    Picoseconds done_at = 0;  ///< when this message has come out at the other end
    Picoseconds busy = 0;     ///< what it takes of the server's time, which nobody else can have
  };

  virtual ~Server() = default;

  /// How messages leave in relation to each other, whatever they are.
  struct Flow {
    bool in_order = false;  ///< none comes out before one that began earlier
    bool at_once = false;   ///< any number may begin at the same time
    /// It may be asked ahead of the present: it keeps no figures of its own, whose measurement may
    /// end before.
    bool ahead = false;
  };
  virtual Flow flow() const { return {}; }

  /// Approximately timed: begins `message` at `now`, which never goes back and is never before
  /// `free_at` of the call before. The message has been waiting since `ready`.
  virtual Service serve(const Message& message, Picoseconds now, Picoseconds ready) = 0;

  /// Loosely timed: calls come in any order of `arrival`, within a window that the reservation was
  /// sized for. Reserves room and returns when the message has come out.
  virtual Picoseconds book(const Message& message, Picoseconds arrival) = 0;

  /// Loosely timed: room in a calendar.
  struct Room {
    SlotCalendar* calendar = nullptr;
    unsigned units = 0;
  };
  /// Of one calendar for whatever message, or of none: what book() reserves, where that is all: the
  /// message comes out alone() after its arrival and what the calendar has it wait. No calendar:
  /// there is more to it, or nothing.
  virtual Room room(const Message& message) {
    static_cast<void>(message);
    return {};
  }

  /// From begin to end in an idle server.
  virtual Picoseconds alone(const Message& message) const = 0;

  /// Loosely timed: what it takes of the server's time, as Service::busy, in the mean of a loaded
  /// server.
  virtual Picoseconds occupancy(const Message& message) const = 0;

  /// For servers that keep figures of their own: as Station::measure().
  virtual void measure(Picoseconds /*from*/, Picoseconds /*until*/) {}
};

}  // namespace cxlpool::timing
