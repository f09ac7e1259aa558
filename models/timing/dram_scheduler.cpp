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

Transit& FrFcfsScheduler::first_ready(Transit& oldest, bool write, const DramChannel& channel,
                                      Picoseconds now) {
  const Picoseconds frontier = channel.frontier(write, now);
  candidates_.clear();
  std::uint64_t wanted_rows = 0;
  std::size_t seen = 0;
  for (Transit* at = &oldest; at && seen < config_.window; at = at->behind, ++seen) {
    if (at->message.write != write) continue;
    const DramCommands::Outlook outlook = channel.outlook(at->message, now);
    if (outlook.hit && outlook.column <= frontier) return *at;
    if (outlook.hit) wanted_rows |= std::uint64_t{1} << outlook.bank % 64;
    candidates_.push_back({at, outlook});
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
  return *best->transit;
}

FrFcfsScheduler::Counts FrFcfsScheduler::count(const Transit& oldest) const {
  Counts counts;
  std::size_t seen = 0;
  for (const Transit* at = &oldest; at && seen < config_.window; at = at->behind, ++seen) {
    if (!at->message.write && counts.reads == 0) counts.oldest_read = at->ready;
    (at->message.write ? counts.writes : counts.reads) += 1;
  }
  return counts;
}

Picoseconds FrFcfsScheduler::chooses_at(const Transit& oldest, Picoseconds now) {
  // Only in the direction of writes, when none is left.
  if (config_.write_linger == 0 || batch_ == 0) return now;
  const Counts counts = count(oldest);
  if (counts.writes != 0 || !reads_can_wait(counts, now)) return now;
  return std::max(now, std::min(last_write_ + config_.write_linger,
                                counts.oldest_read + config_.read_patience));
}

Transit& FrFcfsScheduler::choose(Transit& oldest, const DramChannel& channel, Picoseconds now) {
  const bool write = writes_next(count(oldest), now);
  const bool has_starved = now > oldest.ready + config_.starvation_cap;
  Transit& chosen = has_starved ? oldest : first_ready(oldest, write, channel, now);
  batch_ = chosen.message.write ? batch_ + 1 : 0;
  if (batch_ != 0) last_write_ = now;
  return chosen;
}

}  // namespace cxlpool::timing
