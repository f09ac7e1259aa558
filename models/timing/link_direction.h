// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/timing/flit_packer.h"
#include "models/timing/link_rate.h"
#include "models/timing/server.h"
#include "models/timing/slot_calendar.h"

namespace cxlpool::timing {

/// What never changes of one direction of a link. Links that have agreed on the same share one: in
/// a fabric of hundreds of links these tables would not fit the caches.
struct LinkTables {
  /// Geometry and bookings; `idle` is still empty.
  LinkTables(const LinkConfig& config, bool m2s);

  struct Position {
    ExactTime begin, end, out;  ///< from the start of the packer's window
  };
  struct Idle {
    Server::Service service;  ///< from 0
    Picoseconds open_until = 0;
  };

  LinkConfig config;
  bool m2s;
  LinkRate rate;
  ExactTime slide_by;
  std::uint64_t flits_per_ps;  ///< x 2^48, rounded down
  std::array<Position, FlitLayout::window> positions;
  std::array<ExactTime, FlitLayout::window> flit_ends;  ///< by count of flits - 1
  std::array<std::array<Idle, most_lines + 1>, message_kinds> idle{};

  std::array<std::uint16_t, message_kinds> units{};  ///< of a calendar, for each line
  /// Booked flits, with latency-optimised flits each half, which has a CRC of its own. 0 with 68B
  /// flits, which are too short to matter.
  Picoseconds flit = 0;
  std::uint64_t booked_flits_per_ps = 0;  ///< x 2^64, rounded up
  std::array<std::array<Picoseconds, most_lines + 1>, message_kinds> slots_last{};
};

/// One direction of a link: bandwidth is what the packing of its messages into flits leaves of the
/// raw rate. An idle link starts a flit on demand. A message comes out when the flit (for
/// latency-optimised flits, the half) with its last slot has left whole, since its CRC comes last;
/// the wire and the ports' pipelines are somebody else's latency. An access of several lines is as
/// many messages, each with its own header.
class LinkDirection final : public Server {
 public:
  enum class Way : std::uint8_t { m2s, s2m };

  /// `span` is how far loosely timed callers' arrivals lie apart, plus the backlog.
  LinkDirection(const LinkConfig& config, Way way, Picoseconds span = 4'000 * ps_per_ns);

  /// With the tables of make_tables(), which many links may have together.
  explicit LinkDirection(std::shared_ptr<const LinkTables> tables,
                         Picoseconds span = 4'000 * ps_per_ns);
  static std::shared_ptr<const LinkTables> make_tables(const LinkConfig& config, bool m2s);

  /// A message may overtake one that waits for a later flit.
  Flow flow() const override { return {false, false, true}; }

  Service serve(const Message& message, Picoseconds now, Picoseconds ready) override;

  /// Books the slots that the message takes in the mean of a loaded link; the time in an idle one
  /// comes on top as it is. Only a 256B flit that is under way when the message's turn comes is
  /// left sooner: to wait for all of it again would be a percent of a short access.
  Picoseconds book(const Message& message, Picoseconds arrival) override;

  /// Whole flits are more than room.
  Room room(const Message& message) override;

  /// Throws for more than most_lines.
  Picoseconds alone(const Message& message) const override;
  Picoseconds occupancy(const Message& message) const override;

 private:
  const LinkTables::Idle& idle(const Message& message) const {
    return tables_->idle[static_cast<unsigned>(message.kind)].at(message.lines);
  }
  /// Of the calendar.
  unsigned units(const Message& message) const {
    return unsigned{message.lines} * tables_->units[static_cast<unsigned>(message.kind)];
  }
  Service place(const Message& message, Picoseconds now, Picoseconds ready);
  std::uint64_t not_begun(Picoseconds ready) const;
  Picoseconds join_flit(Picoseconds begin);

  std::shared_ptr<const LinkTables> tables_;
  Picoseconds open_until_ = 0;  // when the last flit that carries anything has left
  ExactTime base_;              // where the packer's window begins
  Message first_;               // begins the window, but is not packed yet; no lines: none
  FlitPacker packer_;

  SlotCalendar calendar_;
  std::size_t booked_flits_ = 0;    // how many are kept, a power of two
  std::vector<Picoseconds> begun_;  // when, each a ring entry by its number since the start
};

}  // namespace cxlpool::timing
