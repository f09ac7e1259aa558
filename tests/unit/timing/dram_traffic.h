// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "models/timing/dram_scheduler.h"

namespace cxlpool::timing::test {

struct Arrival {
  Message message;
  Picoseconds at = 0;
  Picoseconds done = 0;
};

/// Reads and writes in the ratio reads : writes, along a stream or all over 4 GiB.
class DramTraffic {
 public:
  DramTraffic(unsigned reads, unsigned writes, bool random, std::uint64_t seed = 1)
      : reads_(reads), writes_(writes), random_(random), engine_(seed) {}

  Message next() {
    Message message;
    message.write = engine_() % (reads_ + writes_) >= reads_;
    message.dpa = random_ ? engine_() % (1u << 26) * 64 : next_line_++ * 64;
    return message;
  }
  std::uint64_t number() { return engine_(); }

 private:
  unsigned reads_, writes_;
  bool random_;
  std::mt19937_64 engine_;
  std::uint64_t next_line_ = 0;
};

/// A channel behind a queue that is never empty. Returns the share of the peak that it delivers.
inline double saturated_efficiency(DramChannel& channel, DramScheduler& scheduler,
                                   DramTraffic& traffic, std::size_t lines,
                                   std::size_t queue = 64) {
  std::vector<Arrival> slots(queue);
  std::vector<Waiting> waiting;
  std::vector<std::size_t> slot_of(queue);
  std::uint64_t order = 0;
  for (Arrival& slot : slots) {
    slot.message = traffic.next();
    waiting.push_back({&slot.message, 0, order++});
  }
  Picoseconds now = 0, end = 0;
  for (std::size_t i = 0; i < lines; ++i) {
    const std::size_t chosen = scheduler.choose(waiting.data(), waiting.size(), channel, now);
    auto* message = const_cast<Message*>(waiting[chosen].message);
    const Server::Service service = channel.serve(*message, now, waiting[chosen].ready);
    end = std::max(end, service.done_at);
    now = service.free_at;
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(chosen));
    *message = traffic.next();
    waiting.push_back({message, now, order++});
  }
  return static_cast<double>(lines * channel.times().burst) / static_cast<double>(end);
}

/// A station as a simulation has it: arrivals in order of time, one decision at a time.
inline void run_exact(DramChannel& channel, DramScheduler& scheduler,
                      std::vector<Arrival>& arrivals) {
  std::vector<Waiting> waiting;
  std::size_t next = 0;
  Picoseconds now = 0;
  while (next < arrivals.size() || !waiting.empty()) {
    if (waiting.empty()) now = std::max(now, arrivals[next].at);
    for (; next < arrivals.size() && arrivals[next].at <= now; ++next) {
      waiting.push_back({&arrivals[next].message, arrivals[next].at, next});
    }
    const std::size_t chosen = scheduler.choose(waiting.data(), waiting.size(), channel, now);
    const Waiting picked = waiting[chosen];
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(chosen));
    const Server::Service service = channel.serve(*picked.message, now, picked.ready);
    arrivals[picked.order].done = service.done_at;
    now = service.free_at;
  }
}

}  // namespace cxlpool::timing::test
