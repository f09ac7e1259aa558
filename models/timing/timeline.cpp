// SPDX-License-Identifier: Apache-2.0
#include "models/timing/timeline.h"

#include <algorithm>

#include "models/timing/station.h"

namespace cxlpool::timing {

std::uint32_t Timeline::enlist(Station& station) {
  stations_.push_back(&station);
  shares_buffers_ |= station.pool() != nullptr;
  return static_cast<std::uint32_t>(stations_.size() - 1);
}

void Timeline::touch(Station& station) {
  if (station.touched_) return;
  station.touched_ = true;
  touched_.push_back({station.number(), &station});
}

void Timeline::step() {
  now_ = next();
  round_ = 0;
  do {
    while (wheel_.next() == now_) {
      const Event event = wheel_.take();
      event.actor->fire(event.subject, now_);
    }
    if (!touched_.empty()) decide();
    ++round_;
  } while (!touched_.empty() || wheel_.next() == now_);
}

void Timeline::decide() {
  if (touched_.size() == 1) {
    Station* const station = touched_.front().station;
    touched_.clear();
    station->touched_ = false;
    station->decide();
    return;
  }
  deciding_.swap(touched_);
  // Stations may compete for shared buffers: always in the same order.
  std::sort(deciding_.begin(), deciding_.end(),
            [](const Touched& a, const Touched& b) { return a.number < b.number; });
  // What one of them brings about is news in the next round, also to those that decide after it.
  for (const Touched& each : deciding_) each.station->touched_ = false;
  for (const Touched& each : deciding_) each.station->decide();
  deciding_.clear();
}

/// The next station, or, from one that is empty since others have its buffers, one of those.
const Station* Timeline::waits_for(const Station& station) const {
  const Station* next = station.blocked_on();
  if (next || !station.pool() || station.pool()->has_room()) return next;
  for (const Station* holder : stations_) {
    if (holder->pool() == station.pool() && holder->waiting() > 0) return holder;
  }
  return nullptr;
}

std::vector<const Station*> Timeline::find_deadlock() const {
  for (const Station* start : stations_) {
    if (start->waiting() == 0) continue;
    std::vector<const Station*> chain;
    for (const Station* at = start; at; at = waits_for(*at)) {
      const auto seen = std::find(chain.begin(), chain.end(), at);
      if (seen != chain.end()) return {seen, chain.end()};
      chain.push_back(at);
    }
    return chain;
  }
  return {};
}

}  // namespace cxlpool::timing
