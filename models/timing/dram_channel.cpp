// SPDX-License-Identifier: Apache-2.0
#include "models/timing/dram_channel.h"

#include <algorithm>

namespace cxlpool::timing {
namespace {

DramTimes times_of(const DramPart& part, const DramConfig& config) {
  constexpr Picoseconds never = Picoseconds{1} << 60;  // 13 days, which no run lasts
  DramTimes times(part);
  if (!config.refresh) times.refi = never;
  return times;
}

}  // namespace

DramChannel::DramChannel(const DramPart& part, const DramConfig& config)
    : part_(&part),
      policy_(config.policy),
      times_(times_of(part, config)),
      mapping_(part, config.order, config.hashed),
      depth_((times_.rp + times_.rcd) / times_.burst + 2),
      commands_(times_, part.bank_groups, part.bank_groups * part.banks_per_group, config.policy,
                config.page_timeout),
      bookings_(times_, part.bank_groups * part.banks_per_group, config.policy, config.page_timeout,
                config.write_batch),
      banks_(part.bank_groups * part.banks_per_group) {}

void DramChannel::measure(Picoseconds from, Picoseconds until) {
  if (from != counts_from_) banks_.assign(banks_.size(), {});
  counts_from_ = from;
  counts_until_ = until;
}

void DramChannel::count(const DramPlace& place, const DramLine& line) {
  DramBankStatistics& bank = banks_[place.bank];
  switch (line.row) {
    case RowOutcome::hit:
      ++bank.hits;
      break;
    case RowOutcome::miss:
      ++bank.misses;
      break;
    case RowOutcome::conflict:
      ++bank.conflicts;
      break;
  }
  bank.busy += line.busy;
}

Server::Service DramChannel::serve(const Message& message, Picoseconds now, Picoseconds) {
  commands_.advance(now);
  // The lines of one message stay on one side of a refresh.
  if (message.lines > 1) commands_.refresh_if_due(now + latest_column(message), now);
  const bool counts = now >= counts_from_ && now < counts_until_;
  Picoseconds done = now;
  for (unsigned i = 0; i < message.lines; ++i) {
    const DramPlace place = mapping_.place(message.dpa + i * line_bytes);
    const DramLine line = commands_.access(place, message.write, now);
    if (counts) count(place, line);
    done = std::max(done, line.done);
  }
  return {commands_.fewer_waiting(depth_, now + times_.ck), done, occupancy(message)};
}

Picoseconds DramChannel::book(const Message& message, Picoseconds arrival) {
  if (message.lines > 1) arrival = bookings_.past_refresh(arrival, latest_column(message));
  const bool counts = arrival >= counts_from_ && arrival < counts_until_;
  DramBookings::Siblings siblings;
  Picoseconds done = arrival;
  for (unsigned i = 0; i < message.lines; ++i) {
    const DramPlace place = mapping_.place(message.dpa + i * line_bytes);
    const DramLine line = bookings_.access(place, message.write, arrival, siblings);
    if (counts) count(place, line);
    done = std::max(done, line.done);
  }
  bookings_.turn_around(message.write, done);
  return done;
}

Picoseconds DramChannel::alone(const Message& message) const {
  return last_column(message) + times_.latency(message.write) + times_.burst;
}

}  // namespace cxlpool::timing
