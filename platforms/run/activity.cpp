// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/activity.h"

#include <algorithm>

namespace cxlpool::platforms {

using timing::Picoseconds;

Activity::Activity(sc_core::sc_module_name name, const std::vector<std::string>& hosts,
                   timing::Timeline& timeline)
    : sc_module(name), timeline_(timeline), hosts_(hosts.size()) {
  for (const std::string& host : hosts) levels_.push_back(host + ".in_flight");
  for (timing::Station* station : timeline_.stations()) {
    levels_.push_back(station->label() + ".waiting");
    station->observe(this);
  }
  values_.resize(levels_.size());
  told_.resize(levels_.size());
  SC_HAS_PROCESS(Activity);
  SC_METHOD(replay);
  sensitive << due_;
  dont_initialize();
}

Activity::~Activity() {
  for (timing::Station* station : timeline_.stations()) station->observe(nullptr);
}

void Activity::add(std::size_t level, Picoseconds at, int by) {
  const bool earliest = changes_.empty() || at < changes_.top().at;
  changes_.push({at, level, by});
  if (!earliest) return;
  const Picoseconds now = fabric::to_picoseconds(sc_core::sc_time_stamp());
  due_.notify(fabric::to_sc_time(at > now ? at - now : 0));
}

void Activity::replay() {
  const Picoseconds now = fabric::to_picoseconds(sc_core::sc_time_stamp());
  touched_.clear();
  for (; !changes_.empty() && changes_.top().at <= now; changes_.pop()) {
    const Change& change = changes_.top();
    // Unsigned, it wraps there and back where an instant's changes come in another order.
    values_[change.level] += static_cast<std::uint32_t>(change.by);
    touched_.push_back(change.level);
  }
  std::sort(touched_.begin(), touched_.end());
  for (const std::size_t level : touched_) {
    if (values_[level] == told_[level]) continue;
    told_[level] = values_[level];
    for (ActivitySink* sink : sinks_) sink->changed(level, now, values_[level]);
  }
  if (!changes_.empty()) due_.notify(fabric::to_sc_time(changes_.top().at - now));
}

}  // namespace cxlpool::platforms
