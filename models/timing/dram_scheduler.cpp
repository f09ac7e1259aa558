// SPDX-License-Identifier: Apache-2.0
#include "models/timing/dram_scheduler.h"

#include <algorithm>

namespace cxlpool::timing {

bool FrFcfsScheduler::reads_can_wait(const Counts& counts, Picoseconds now) const {
  return config_.write_linger != 0 && counts.reads < config_.high_watermark &&
         now < counts.oldest_read + config_.read_patience;
}

bool FrFcfsScheduler::writes_next(const Counts& counts, Picoseconds now) {
  if (counts.writes == 0) return draining_ = false;
  if (counts.reads == 0) {
    draining_ = true;
  } else if (!draining_) {
    draining_ = counts.writes >= config_.high_watermark;
  } else {
    draining_ = counts.writes > config_.low_watermark || batch_ < config_.least_batch ||
                reads_can_wait(counts, now);
  }
  return draining_;
}

std::size_t FrFcfsScheduler::first_ready(const Waiting* waiting, std::size_t count, bool write,
                                         const DramChannel& channel, Picoseconds now) {
  const Picoseconds frontier = channel.frontier(write, now);
  candidates_.clear();
  std::uint64_t wanted_rows = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Message& message = *waiting[i].message;
    if (message.write != write) continue;
    const DramCommands::Outlook outlook = channel.outlook(message, now);
    if (outlook.hit && outlook.column <= frontier) return i;
    if (outlook.hit) wanted_rows |= std::uint64_t{1} << outlook.bank % 64;
    candidates_.push_back({i, outlook});
  }
  // No hit fills the bus. Of the others, the oldest that leaves it no gap, or the smallest gap; but
  // a row that somebody waits for stays open.
  const Candidate* best = nullptr;
  Picoseconds best_column = 0;
  for (const Candidate& candidate : candidates_) {
    const auto& outlook = candidate.outlook;
    if (outlook.conflict && wanted_rows >> outlook.bank % 64 & 1) continue;
    const Picoseconds column = std::max(outlook.column, frontier);
    if (best && column >= best_column) continue;
    best = &candidate;
    best_column = column;
    if (column == frontier) break;
  }
  return best->index;
}

Picoseconds FrFcfsScheduler::chooses_at(const Transit& oldest, Picoseconds now) {
  // Only in the direction of writes, when none is left.
  if (config_.write_linger == 0 || batch_ == 0) return now;
  Counts counts;
  counts.oldest_read = oldest.ready;
  for (const Transit* waiting = &oldest; waiting; waiting = waiting->behind) {
    if (waiting->message.write) return now;
    ++counts.reads;
  }
  if (!reads_can_wait(counts, now)) return now;
  return std::max(now, std::min(last_write_ + config_.write_linger,
                                counts.oldest_read + config_.read_patience));
}

std::size_t FrFcfsScheduler::choose(const Waiting* waiting, std::size_t count,
                                    const DramChannel& channel, Picoseconds now) {
  count = std::min(count, std::max<std::size_t>(1, config_.window));
  Counts counts;
  for (std::size_t i = 0; i < count; ++i) {
    const bool writes = waiting[i].message->write;
    if (!writes && counts.reads == 0) counts.oldest_read = waiting[i].ready;
    (writes ? counts.writes : counts.reads) += 1;
  }
  const bool write = writes_next(counts, now);

  std::size_t chosen = count;
  if (now > waiting[0].ready + config_.starvation_cap) {
    chosen = 0;
  } else {
    chosen = first_ready(waiting, count, write, channel, now);
  }
  batch_ = waiting[chosen].message->write ? batch_ + 1 : 0;
  if (batch_ != 0) last_write_ = now;
  return chosen;
}

}  // namespace cxlpool::timing
