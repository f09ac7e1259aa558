// SPDX-License-Identifier: Apache-2.0
#include "models/timing/dram_commands.h"

#include <algorithm>

namespace cxlpool::timing {
namespace {

template <typename Entry>
std::size_t position_of(const std::vector<Entry>& entries, Picoseconds at) {
  // From the back: most commands go after all others.
  std::size_t position = entries.size();
  while (position > 0 && entries[position - 1].at > at) --position;
  return position;
}

template <typename Entry>
void insert(std::vector<Entry>& entries, const Entry& entry) {
  entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(position_of(entries, entry.at)),
                 entry);
}

/// Erases in batches, since erasing at the front moves the rest.
template <typename Entry>
void forget(std::vector<Entry>& entries, Picoseconds reach, Picoseconds now) {
  constexpr std::size_t batch = 16;
  if (entries.size() < batch || entries[batch - 1].at + reach > now) return;
  std::size_t count = batch;
  while (count < entries.size() && entries[count].at + reach <= now) ++count;
  entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

void DramCommands::advance(Picoseconds now) {
  forget(columns_, column_reach_, now);
  forget(activates_, std::max(times_.faw, times_.rrd_l), now);
}

Picoseconds DramCommands::column_time(Picoseconds at, unsigned group, bool write) const {
  const Picoseconds after[2][2] = {
      {times_.column_gap(false, write, false), times_.column_gap(false, write, true)},
      {times_.column_gap(true, write, false), times_.column_gap(true, write, true)}};
  const Picoseconds before[2][2] = {
      {times_.column_gap(write, false, false), times_.column_gap(write, false, true)},
      {times_.column_gap(write, true, false), times_.column_gap(write, true, true)}};
  const Column* const end = columns_.data() + columns_.size();
  const Column* first = columns_.data();
  while (first != end && first->at + column_reach_ <= at) ++first;
  for (bool moved = true; moved;) {
    moved = false;
    for (const Column* other = first; other != end; ++other) {
      const bool same = other->group == group;
      if (at >= other->at + after[other->write][same]) continue;
      if (at + before[other->write][same] <= other->at) {
        if (at + column_reach_ <= other->at) break;
        continue;
      }
      // Those that it has passed by now were either behind it or far enough before it: only the
      // former may forbid the new time.
      moved |= at < other->at;
      at = other->at + after[other->write][same];
    }
  }
  return at;
}

bool DramCommands::faw_allows(std::size_t position, Picoseconds at) const {
  // With the new one at `position`, every fifth activation must be tFAW after the first.
  const auto time_of = [&](std::size_t i) {
    return i < position ? activates_[i].at : i == position ? at : activates_[i - 1].at;
  };
  for (std::size_t last = std::max<std::size_t>(position, 4);
       last <= std::min(position + 4, activates_.size()); ++last) {
    if (time_of(last) < time_of(last - 4) + times_.faw) return false;
  }
  return true;
}

Picoseconds DramCommands::activate_time(Picoseconds at, unsigned group) const {
  for (;;) {
    bool moved = false;
    for (const Activate& other : activates_) {
      const Picoseconds gap = other.group == group ? times_.rrd_l : times_.rrd_s;
      if (at >= other.at + gap || at + gap <= other.at) continue;
      at = other.at + gap;
      moved = true;
    }
    if (moved) continue;
    const std::size_t position = position_of(activates_, at);
    if (faw_allows(position, at)) return at;
    // The last four before decide when it is the newest of all, else one more has to go first.
    if (position == activates_.size()) {
      at = activates_[position - 4].at + times_.faw;
    } else {
      const Picoseconds gap = activates_[position].group == group ? times_.rrd_l : times_.rrd_s;
      at = activates_[position].at + gap;
    }
  }
}

void DramCommands::refresh(Picoseconds now) {
  // Refreshes that fell into an idle time left no trace but closed rows.
  const std::uint64_t index = std::max(next_refresh_, now / times_.refi);
  Picoseconds begin = index * times_.refi;
  const Picoseconds last_precharge = begin - times_.rp;
  for (unsigned i = 0; i < banks_.size(); ++i) {
    Bank& bank = banks_[i];
    if (bank.open) {
      const Picoseconds at = std::max(bank.precharge_ready, last_precharge);
      const auto banks_per_group = static_cast<unsigned>(banks_.size()) / groups_;
      tell(DramCommand::Kind::precharge, at, i / banks_per_group, i, bank.row);
      bank.open = false;
      bank.activate_ready = at + times_.rp;
    }
    begin = std::max(begin, bank.activate_ready);
  }
  tell(DramCommand::Kind::refresh, begin);
  for (Bank& bank : banks_) bank.activate_ready = begin + times_.rfc;
  next_refresh_ = index + 1;
}

void DramCommands::refresh_if_due(Picoseconds at, Picoseconds now) {
  if (at >= next_refresh_ * times_.refi) refresh(now);
}

void DramCommands::close_timed_out(const DramPlace& place, Bank& bank, Picoseconds now) {
  if (!bank.open || !timed_out(bank, now)) return;
  const Picoseconds at = std::max(bank.precharge_ready, bank.last_column + page_timeout_);
  tell(DramCommand::Kind::precharge, at, place.group, place.bank, bank.row);
  bank.open = false;
  bank.activate_ready = std::max(at + times_.rp, bank.activated + times_.rc);
}

DramLine DramCommands::access(const DramPlace& place, bool write, Picoseconds now) {
  refresh_if_due(now, now);
  Bank& bank = banks_[place.bank];
  close_timed_out(place, bank, now);
  bool hit;
  Picoseconds precharge, activate, column;
  for (;;) {
    hit = bank.open && bank.row == place.row;
    precharge = std::max(now, bank.precharge_ready);
    activate = bank.activated;
    if (!hit) {
      const Picoseconds ready = bank.open
                                    ? std::max(precharge + times_.rp, bank.activated + times_.rc)
                                    : std::max(now, bank.activate_ready);
      activate = activate_time(ready, place.group);
    }
    column = column_time(std::max(now, activate + times_.rcd), place.group, write);
    if (column < next_refresh_ * times_.refi) break;
    refresh(now);
  }

  DramLine line;
  line.row = hit ? RowOutcome::hit : bank.open ? RowOutcome::conflict : RowOutcome::miss;
  const Picoseconds first = hit ? column : bank.open ? precharge : activate;
  if (!hit) {
    if (bank.open) tell(DramCommand::Kind::precharge, precharge, place.group, place.bank, bank.row);
    tell(DramCommand::Kind::activate, activate, place.group, place.bank, place.row);
    insert(activates_, {activate, place.group});
    bank.open = true;
    bank.row = place.row;
    bank.activated = activate;
    bank.precharge_ready = activate + times_.ras;
  }
  tell(write ? DramCommand::Kind::write : DramCommand::Kind::read, column, place.group, place.bank,
       place.row);
  insert(columns_, {column, place.group, write});
  if (column >= last_of_group_[place.group].at) {
    last_of_group_[place.group] = {column, place.group, write};
  }
  bank.last_column = std::max(bank.last_column, column);
  bank.precharge_ready = std::max(bank.precharge_ready, column + times_.recovery(write));
  if (policy_ == PagePolicy::closed) {
    tell(DramCommand::Kind::precharge, bank.precharge_ready, place.group, place.bank, place.row);
    bank.open = false;
    bank.activate_ready = std::max(bank.precharge_ready + times_.rp, activate + times_.rc);
  }
  const Picoseconds end = bank.open ? bank.precharge_ready : bank.activate_ready;
  const Picoseconds begin = std::max(first, bank.busy_until);
  if (end > begin) line.busy = end - begin;
  bank.busy_until = std::max(bank.busy_until, end);
  line.done = column + times_.latency(write) + times_.burst;
  return line;
}

bool DramCommands::row_hit(const DramPlace& place, Picoseconds now) const {
  const Bank& bank = banks_[place.bank];
  return bank.open && bank.row == place.row && now < next_refresh_ * times_.refi &&
         !timed_out(bank, now);
}

bool DramCommands::bank_ready(const DramPlace& place, Picoseconds now) const {
  const Bank& bank = banks_[place.bank];
  if (!bank.open) return bank.activate_ready <= now;
  if (bank.row == place.row) return bank.activated + times_.rcd <= now;
  return bank.precharge_ready <= now;
}

Picoseconds DramCommands::frontier(bool write, Picoseconds now) const {
  if (columns_.empty()) return now;
  const Column& last = columns_.back();
  return std::max(now, last.at + times_.column_gap(last.write, write, false));
}

DramCommands::Outlook DramCommands::outlook(const DramPlace& place, bool write,
                                            Picoseconds now) const {
  const Bank& bank = banks_[place.bank];
  Outlook result;
  result.bank = place.bank;
  result.hit = row_hit(place, now);
  result.conflict = bank.open && !result.hit;
  if (result.hit) {
    result.column = std::max(now, bank.activated + times_.rcd);
  } else if (result.conflict) {
    result.column =
        std::max(std::max(now, bank.precharge_ready) + times_.rp, bank.activated + times_.rc) +
        times_.rcd;
  } else {
    result.column = std::max(now, bank.activate_ready) + times_.rcd;
  }
  const Column& last = last_of_group_[place.group];
  if (last.at != 0) {
    result.column = std::max(result.column, last.at + times_.column_gap(last.write, write, true));
  }
  return result;
}

Picoseconds DramCommands::fewer_waiting(std::size_t depth, Picoseconds now) const {
  if (columns_.size() < depth) return now;
  return std::max(now, columns_[columns_.size() - depth].at);
}

}  // namespace cxlpool::timing
