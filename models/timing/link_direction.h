// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/timing/flit_packer.h"
#include "models/timing/link_rate.h"
#include "models/timing/server.h"
#include "models/timing/slot_calendar.h"

namespace cxlpool::timing {

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

  /// A message may overtake one that waits for a later flit.
  Flow flow() const override { return {false, false, true}; }

  Service serve(const Message& message, Picoseconds now, Picoseconds ready) override;

  /// Books the slots that the message takes in the mean of a loaded link; the time in an idle one
  /// comes on top as it is. Only a 256B flit that is under way when the message's turn comes is
  /// left sooner: to wait for all of it again would be a percent of a short access.
  Picoseconds book(const Message& message, Picoseconds arrival) override;

  /// Throws for more than max_lines.
  Picoseconds alone(const Message& message) const override;
  Picoseconds occupancy(const Message& message) const override;

  static constexpr unsigned max_lines = 4;

 private:
  Service place(const Message& message, Picoseconds now, Picoseconds ready);
  std::uint64_t not_begun(Picoseconds ready) const;
  Picoseconds join_flit(Picoseconds begin);

  static constexpr unsigned kinds = 5;

  LinkRate rate_;
  FlitPacker packer_;
  ExactTime base_;              // where the packer's window begins
  Picoseconds open_until_ = 0;  // when the last flit that carries anything has left
  Message first_;               // begins the window, but is not packed yet; no lines: none
  ExactTime slide_by_;
  std::uint64_t flits_per_ps_;  // x 2^48, rounded down
  struct Position {
    ExactTime begin, end, out;  // from base_
  };
  std::array<Position, FlitLayout::window> positions_;
  std::array<ExactTime, FlitLayout::window> flit_ends_;  // by count of flits - 1
  struct Idle {
    Service service;  // from 0
    Picoseconds open_until = 0;
  };
  std::array<std::array<Idle, max_lines + 1>, kinds> idle_{};
  std::array<std::uint16_t, kinds> units_{};
  SlotCalendar calendar_;

  // Booked flits, each a ring entry by its number since the start; with latency-optimised flits
  // each half, which has a CRC of its own. None with 68B flits, which are short.
  Picoseconds flit_ = 0;
  std::uint64_t booked_flits_per_ps_ = 0;  // x 2^64, rounded up
  std::array<std::array<Picoseconds, max_lines + 1>, kinds> slots_last_{};
  std::vector<Picoseconds> begun_;  // when
};

}  // namespace cxlpool::timing
