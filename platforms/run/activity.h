// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <queue>
#include <string>
#include <vector>

#include <systemc>

#include "models/fabric/timekeeper.h"
#include "models/timing/station.h"

namespace cxlpool::platforms {

/// Told of every level that has another value than before, once an instant, in the order of time.
class ActivitySink {
 public:
  virtual ~ActivitySink() = default;
  virtual void changed(std::size_t level, timing::Picoseconds at, std::uint32_t value) = 0;
};

/// How many requests of each host are in flight and how many messages wait at each station, as
/// simulated time passes. Those who know are ahead of the kernel's clock, and loosely timed not
/// even in order; here changes wait for their time to come. Made only for runs that want a timeline
/// or a dump of values.
class Activity : public sc_core::sc_module, public timing::StationObserver {
 public:
  /// `hosts` by their names; all stations of `timeline`, which outlives the module.
  Activity(sc_core::sc_module_name name, const std::vector<std::string>& hosts,
           timing::Timeline& timeline);
  ~Activity() override;

  /// "h0.in_flight", "mem0.media.waiting": hosts first, then stations by number.
  const std::vector<std::string>& levels() const { return levels_; }
  /// Its value as of the kernel's clock; its address stays.
  const std::uint32_t& value(std::size_t level) const { return values_[level]; }
  void add_sink(ActivitySink& sink) { sinks_.push_back(&sink); }

  void in_flight_changed(fabric::HostId host, timing::Picoseconds at, int by) {
    add(static_cast<std::size_t>(host), at, by);
  }
  void waiting_changed(const timing::Station& station, timing::Picoseconds at, int by) override {
    add(hosts_ + station.number(), at, by);
  }

 private:
  struct Change {
    timing::Picoseconds at;
    std::size_t level;
    int by;
    bool operator<(const Change& other) const { return at > other.at; }  // the earliest on top
  };

  void add(std::size_t level, timing::Picoseconds at, int by);
  void replay();

  timing::Timeline& timeline_;
  std::size_t hosts_;
  std::vector<std::string> levels_;
  std::vector<std::uint32_t> values_, told_;
  std::vector<std::size_t> touched_;
  std::priority_queue<Change> changes_;
  std::vector<ActivitySink*> sinks_;
  sc_core::sc_event due_;
};

}  // namespace cxlpool::platforms
