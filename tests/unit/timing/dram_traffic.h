// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
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

/// What waits in front of a channel, as a station has it.
class DramQueue {
 public:
  bool empty() const { return first_ == nullptr; }
  Transit& oldest() { return *first_; }

  void push(const Message& message, Picoseconds ready, std::uint64_t order) {
    all_.emplace_back();
    Transit& last = all_.back();
    last.message = message;
    last.ready = ready;
    last.order = order;
    Transit** at = &first_;
    while (*at) at = &(*at)->behind;
    *at = &last;
  }
  /// It stays where it is in memory.
  void remove(const Transit& transit) {
    Transit** at = &first_;
    while (*at != &transit) at = &(*at)->behind;
    *at = transit.behind;
  }

 private:
  std::deque<Transit> all_;
  Transit* first_ = nullptr;
};

/// A channel behind a queue that is never empty. Returns the share of the peak that it delivers.
inline double saturated_efficiency(DramChannel& channel, DramScheduler& scheduler,
                                   DramTraffic& traffic, std::size_t lines,
                                   std::size_t queue = 64) {
  DramQueue waiting;
  std::uint64_t order = 0;
  while (order < queue) waiting.push(traffic.next(), 0, order++);
  Picoseconds now = 0, end = 0;
  for (std::size_t i = 0; i < lines; ++i) {
    const Transit& chosen = scheduler.choose(waiting.oldest(), channel, now);
    const Server::Service service = channel.serve(chosen.message, now, chosen.ready);
    end = std::max(end, service.done_at);
    now = service.free_at;
    waiting.remove(chosen);
    waiting.push(traffic.next(), now, order++);
  }
  return static_cast<double>(lines * channel.times().burst) / static_cast<double>(end);
}

/// A station as a simulation has it: arrivals in order of time, one decision at a time.
inline void run_exact(DramChannel& channel, DramScheduler& scheduler,
                      std::vector<Arrival>& arrivals) {
  DramQueue waiting;
  std::size_t next = 0;
  Picoseconds now = 0;
  while (next < arrivals.size() || !waiting.empty()) {
    if (waiting.empty()) now = std::max(now, arrivals[next].at);
    for (; next < arrivals.size() && arrivals[next].at <= now; ++next) {
      waiting.push(arrivals[next].message, arrivals[next].at, next);
    }
    const Transit& chosen = scheduler.choose(waiting.oldest(), channel, now);
    waiting.remove(chosen);
    const Server::Service service = channel.serve(chosen.message, now, chosen.ready);
    arrivals[chosen.order].done = service.done_at;
    now = service.free_at;
  }
}

}  // namespace cxlpool::timing::test
