// SPDX-License-Identifier: Apache-2.0
#include "models/timing/dram_bookings.h"

#include <algorithm>

namespace cxlpool::timing {
namespace {

// A bank's slots: fine beside tRC of 46 ns, and a write's cycle of 80 ns still fits 64 of them.
constexpr unsigned bank_slot_bits = 11;

/// The first time from `at` on that keeps `gap` from each of `others`.
Picoseconds apart(Picoseconds at, const Picoseconds* others, unsigned count, Picoseconds gap) {
  for (unsigned i = 0; i < count; ++i) {
    if (at >= others[i] + gap || at + gap <= others[i]) continue;
    return apart(others[i] + gap, others, count, gap);
  }
  return at;
}

}  // namespace

DramBookings::DramBookings(const DramTimes& times, unsigned banks, PagePolicy policy,
                           Picoseconds page_timeout, unsigned write_batch)
    : times_(times),
      policy_(policy),
      page_timeout_(page_timeout),
      // What the bus loses: from a read to a write and back, less the two bursts' own time.
      turn_around_share_((times.column_gap(false, true, false) +
                          times.column_gap(true, false, false) - 2 * times.burst) /
                         std::max(1u, write_batch)),
      refresh_of_(times.refi),
      bus_slot_of_(times.burst),
      activations_(times.faw, 4),
      banks_(banks) {}

Picoseconds DramBookings::past_refresh(Picoseconds arrival, Picoseconds lead) const {
  const std::uint64_t index = refresh_of_(arrival);
  const Picoseconds due = index * times_.refi;
  if (index != 0 && arrival < due + times_.rfc) return due + times_.rfc;
  const Picoseconds next = due + times_.refi;
  return arrival + lead < next ? arrival : next + times_.rfc;
}

Picoseconds DramBookings::activate_time(const Bank& bank, bool write, Picoseconds at,
                                        const Siblings& siblings) const {
  const Picoseconds cycle = std::max(times_.rc, times_.rcd + times_.recovery(write) + times_.rp);
  for (;;) {
    const std::uint64_t slot = at >> bank_slot_bits;
    const auto run = static_cast<unsigned>(((at + cycle) >> bank_slot_bits) - slot);
    const std::uint64_t free =
        bank.taken.first_free(slot, std::min(run, DramCalendar::longest_run));
    if (free != slot) at = free << bank_slot_bits;
    const Picoseconds allowed = activations_.first_free(
        apart(at, siblings.activate, std::min(siblings.activates, 4u), times_.rrd_s));
    if (allowed == at) return at;
    at = allowed;
  }
}

/// Returns what of it was free before.
Picoseconds DramBookings::take_bank(Bank& bank, Picoseconds from, Picoseconds to) {
  const std::uint64_t slot = from >> bank_slot_bits;
  const std::uint64_t run = std::max<std::uint64_t>(1, (to >> bank_slot_bits) - slot);
  return bank.taken.take(slot, run) << bank_slot_bits;
}

void DramBookings::turn_around(bool write, Picoseconds at) {
  if (write && !last_wrote_) turn_around_owed_ += turn_around_share_;
  last_wrote_ = write;
  for (; turn_around_owed_ >= times_.burst; turn_around_owed_ -= times_.burst) {
    bus_.take(bus_.first_free(bus_slot_of_(at), 1), 1);
  }
}

DramLine DramBookings::access(const DramPlace& place, bool write, Picoseconds arrival,
                              Siblings& siblings) {
  Bank& bank = banks_[place.bank];
  Picoseconds at = past_refresh(arrival, 0);
  for (;;) {
    const std::uint64_t refreshes = refresh_of_(at);
    const bool open = bank.open && bank.refreshes == refreshes &&
                      (page_timeout_ == 0 || at <= bank.last_column + page_timeout_);
    const bool hit = open && bank.row == place.row;
    Picoseconds activate = 0;
    Picoseconds column = at;
    if (!hit) {
      activate = activate_time(bank, write, at + (open ? times_.rp : 0), siblings);
      column = activate + times_.rcd;
    } else if (arrival >= bank.opener) {
      column = std::max(at, bank.column_ready);
    }  // else a caller that is ahead has opened it: this line would have, or has found it open

    column = apart(column, siblings.column, std::min(siblings.columns, 4u), times_.ccd_s);
    const Picoseconds data = column + times_.latency(write);
    const std::uint64_t wanted = bus_slot_of_(data);
    const std::uint64_t slot = bus_.first_free(wanted, 1);
    const Picoseconds begin = slot == wanted ? data : slot * times_.burst;
    column = begin - times_.latency(write);
    const Picoseconds due = (refreshes + 1) * times_.refi;
    if (column >= due) {
      at = std::max(due, column / times_.refi * times_.refi) + times_.rfc;
      continue;
    }

    bus_.take(slot, 1);
    siblings.column[siblings.columns++ % 4] = column;
    const Picoseconds idle = column + times_.recovery(write) + times_.rp;
    DramLine line;
    line.row = hit ? RowOutcome::hit : open ? RowOutcome::conflict : RowOutcome::miss;
    if (hit) {
      line.busy = take_bank(bank, column, idle);
    } else {
      activations_.take(activate);
      siblings.activate[siblings.activates++ % 4] = activate;
      line.busy = take_bank(bank, activate, std::max(activate + times_.rc, idle));
      bank.open = policy_ == PagePolicy::open;
      bank.row = place.row;
      bank.refreshes = refreshes;
      bank.opener = arrival;
      bank.column_ready = activate + times_.rcd;
      bank.last_column = 0;
    }
    bank.last_column = std::max(bank.last_column, column);
    line.done = begin + times_.burst;
    return line;
  }
}

}  // namespace cxlpool::timing
