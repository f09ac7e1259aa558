// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/timing/picoseconds.h"

namespace cxlpool::timing {

/// Room in time for a server of the loosely timed mode, whose callers run ahead of each other and
/// so book in any order of arrival. A "busy until" would make each wait for what the others have
/// booked in its future; here time is a ring of bins, and a booking takes the first room at or
/// behind its arrival.
///
/// A bin as long as the service that dominates the load makes the mean wait right: which bins are
/// taken does not depend on the order of booking, and a queue served a bin at a time waits as long
/// in the mean as M/D/1. Shorter bins would cut late bookings in pieces between the earlier ones,
/// longer ones would not see callers collide.
///
/// The ring keeps the last `span` before the newest bin that was touched. What arrives before that
/// is booked at its start and waits until then. It is made by the first booking: approximately
/// timed there is none, and its memory would lie between things that are used.
class SlotCalendar {
 public:
  /// A bin lasts `bin` picoseconds + `bin_fraction` / 2^32 and has room for `units` (up to 65535).
  SlotCalendar(Picoseconds bin, std::uint32_t bin_fraction, unsigned units, Picoseconds span);

  /// Takes `units` from the first bins with room and returns how long the caller waits for them.
  Picoseconds book(Picoseconds arrival, unsigned units);

  /// The time that `units` stand for.
  Picoseconds length_of(unsigned units) const { return units * ps_per_unit_ >> 24; }

 private:
  static constexpr unsigned bins_per_block = 64;

  /// Blocks are cleared when they are first touched in a new turn of the ring.
  struct Block {
    std::uint64_t number = 0;
    std::uint64_t full = 0;
    std::array<std::uint16_t, bins_per_block> used{};
  };

  Block& block(std::uint64_t number);

  std::uint64_t bins_per_ps_;  // x 2^64
  std::uint64_t ps_per_unit_;  // x 2^24
  unsigned units_;
  std::uint64_t newest_ = 0;  // block
  std::uint64_t mask_;
  std::vector<Block> ring_;
};

}  // namespace cxlpool::timing
