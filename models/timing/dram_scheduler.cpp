// SPDX-License-Identifier: Apache-2.0
#include "models/timing/dram_scheduler.h"

#include <algorithm>

namespace cxlpool::timing {

bool FrFcfsScheduler::writes_next(unsigned reads, unsigned writes) {
  if (writes == 0) return draining_ = false;
  if (reads == 0) {
    draining_ = true;
  } else if (!draining_) {
    draining_ = writes >= config_.high_watermark;
  } else {
    draining_ = writes > config_.low_watermark || batch_ < config_.least_batch;
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

std::size_t FrFcfsScheduler::choose(const Waiting* waiting, std::size_t count,
                                    const DramChannel& channel, Picoseconds now) {
  count = std::min(count, std::max<std::size_t>(1, config_.window));
  unsigned writes = 0;
  for (std::size_t i = 0; i < count; ++i) writes += waiting[i].message->write;
  const bool write = writes_next(static_cast<unsigned>(count) - writes, writes);

  std::size_t chosen = count;
  if (now > waiting[0].ready + config_.starvation_cap) {
    chosen = 0;
  } else {
    chosen = first_ready(waiting, count, write, channel, now);
  }
  batch_ = waiting[chosen].message->write ? batch_ + 1 : 0;
  return chosen;
}

}  // namespace cxlpool::timing
