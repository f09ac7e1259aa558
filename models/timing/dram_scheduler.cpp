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
    std::size_t oldest = count, ready = count;
    for (std::size_t i = 0; i < count && chosen == count; ++i) {
      const Message& message = *waiting[i].message;
      if (message.write != write) continue;
      if (oldest == count) oldest = i;
      if (channel.row_hit(message.dpa, now)) {
        chosen = i;
      } else if (ready == count && channel.bank_ready(message.dpa, now)) {
        ready = i;
      }
    }
    if (chosen == count) chosen = ready != count ? ready : oldest;
  }
  batch_ = waiting[chosen].message->write ? batch_ + 1 : 0;
  return chosen;
}

}  // namespace cxlpool::timing
