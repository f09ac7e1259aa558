// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/timing/slot_calendar.h"
#include "models/timing/wheel.h"
#include "tests/bench/floor.h"

/// What the timed modes are measured against: plain decode and copy, and the bare bookings or
/// events of the stations on the way, as many as the model makes. No SystemC, payloads, modules,
/// queues, credits, arbiters or statistics. Calendars and wheel are the model's own classes: how
/// good they are is not the question here, but what the model adds to them.
namespace cxlpool::bench {

/// The constants of time of all timed platforms and floors.
struct Times {
  static constexpr timing::Picoseconds host = 10'000;     ///< each way
  static constexpr timing::Picoseconds flight = 12'500;   ///< of each link
  static constexpr timing::Picoseconds through = 30'000;  ///< the switch, each way
  static constexpr timing::Picoseconds controller = 10'000;
  static constexpr timing::Picoseconds media = 80'000;
  static constexpr timing::Picoseconds media_gap = 1'600;
  static constexpr timing::Picoseconds header = 266;  ///< a request or completion on the wire
  static constexpr timing::Picoseconds data = 1'328;  ///< a line with its header
};

/// Numbers of the stations of a 2 x 2 x 2 pool, as PlainPool numbers its devices.
struct PlainWay {
  std::size_t port;    ///< root port, one for each switch
  std::size_t device;  ///< and its link
  explicit PlainWay(std::size_t device) : port(device / 2), device(device) {}
};

/// Loosely timed: five bookings an access, two links each way and the media.
class PlainCalendars {
 public:
  explicit PlainCalendars(PlainPool<FlatStore>& pool) : pool_(pool) {
    for (unsigned i = 0; i < 4; ++i) {
      port_down_.push_back(link());
      port_up_.push_back(link());
    }
    for (unsigned i = 0; i < 8; ++i) {
      device_down_.push_back(link());
      device_up_.push_back(link());
      media_.push_back(timing::SlotCalendar(Times::media_gap, 0, media_units, span));
    }
  }

  /// Returns when the answer is back.
  timing::Picoseconds access(std::uint64_t hpa, std::uint8_t* data, bool write,
                             timing::Picoseconds at) {
    const std::size_t index = pool_.index(hpa);
    pool_.devices[index]->access(hpa, data, write);
    const PlainWay way(index);
    const unsigned down = write ? data_units : header_units;
    const unsigned up = write ? 0 : data_units;
    const timing::Picoseconds on_wire = write ? Times::data : Times::header;
    const timing::Picoseconds back_on_wire = write ? Times::header : Times::data;
    at += Times::host;
    at += port_down_[way.port].book(at, down) + on_wire + Times::flight;
    at += Times::through;
    at += device_down_[way.device].book(at, down) + on_wire + Times::flight;
    at += Times::controller;
    at += media_[way.device].book(at, media_units) + Times::media + Times::controller;
    at += device_up_[way.device].book(at, up) + back_on_wire + Times::flight;
    at += Times::through;
    at += port_up_[way.port].book(at, up) + back_on_wire + Times::flight;
    return at + Times::host;
  }

 private:
  static constexpr unsigned header_units = 60, data_units = 300, media_units = 720;
  static constexpr timing::Picoseconds span = 4'000'000;
  static timing::SlotCalendar link() { return {Times::data, 0, data_units, span}; }

  PlainPool<FlatStore>& pool_;
  std::vector<timing::SlotCalendar> port_down_, port_up_, device_down_, device_up_, media_;
};

/// Approximately timed: an event at every station, each free again after a while.
class PlainWheel {
 public:
  PlainWheel(PlainPool<FlatStore>& pool, unsigned outstanding)
      : pool_(pool), flights_(outstanding) {
    for (std::size_t device = 0; device < 8; ++device) {
      const PlainWay way(device);
      paths_.push_back({&issue_, &port_down_[way.port], &from_port_[way.port],
                        &device_down_[device], &controller_[device], &media_[device],
                        &device_up_[device], &from_device_[device], &port_up_[way.port]});
    }
  }

  /// Carries out `count` accesses, with as many as allowed under way.
  void run(Lines& lines, std::uint64_t count) {
    std::uint64_t left = count;
    for (Flight& flight : flights_) {
      if (left > 0) begin(flight, lines), --left;
    }
    while (!wheel_.empty()) {
      const timing::Event event = wheel_.take();
      now_ = event.at;
      Flight& flight = *static_cast<Flight*>(event.subject);
      if (flight.stage < stages) {
        go_on(flight);
      } else if (left > 0) {
        begin(flight, lines), --left;
      }
    }
  }

 private:
  static constexpr unsigned stages = 9;
  static constexpr unsigned at_device = 4;
  struct Station {
    timing::Picoseconds free_at, latency;
    std::array<timing::Picoseconds, 2> gap;  ///< of reads, of writes
  };
  using Path = std::array<Station*, stages>;
  struct Flight {
    std::uint64_t hpa = 0;
    const Path* path = nullptr;
    PlainDevice<FlatStore>* device = nullptr;
    std::uint64_t order = 0;
    unsigned stage = 0;
    bool write = false;
    std::uint8_t data[64] = {};
  };

  void begin(Flight& flight, Lines& lines) {
    flight.hpa = lines.next();
    const std::size_t device = pool_.index(flight.hpa);
    flight.path = &paths_[device];
    flight.device = pool_.devices[device].get();
    flight.device->prefetch(flight.hpa);  // as the model does
    flight.order = serial_++;
    flight.write = write_ = !write_;
    flight.stage = 0;
    go_on(flight);
  }

  void go_on(Flight& flight) {
    if (flight.stage == at_device) flight.device->access(flight.hpa, flight.data, flight.write);
    Station& station = *(*flight.path)[flight.stage];
    station.free_at = std::max(now_, station.free_at) + station.gap[flight.write];
    ++flight.stage;
    wheel_.schedule({station.free_at + station.latency, flight.order, nullptr, &flight});
  }

  PlainPool<FlatStore>& pool_;
  timing::Wheel wheel_;
  timing::Picoseconds now_ = 0;
  std::uint64_t serial_ = 0;
  bool write_ = false;
  using Stations = std::vector<Station>;
  static Station down() { return {0, Times::flight, {Times::header, Times::data}}; }
  /// `after` it: the way that is left.
  static Station up(timing::Picoseconds after) {
    return {0, Times::flight + after, {Times::data, Times::header}};
  }
  static Station delay(timing::Picoseconds latency) { return {0, latency, {}}; }
  static constexpr timing::Picoseconds after_gap =
      Times::media + Times::controller - Times::media_gap;
  Station issue_ = delay(Times::host);
  Stations port_down_ = Stations(4, down()), port_up_ = Stations(4, up(Times::host));
  Stations device_down_ = Stations(8, down()), device_up_ = Stations(8, up(0));
  Stations from_port_ = Stations(4, delay(Times::through));
  Stations from_device_ = Stations(8, delay(Times::through));
  Stations controller_ = Stations(8, delay(Times::controller));
  Stations media_ = Stations(8, {0, after_gap, {Times::media_gap, Times::media_gap}});
  std::vector<Path> paths_;
  std::vector<Flight> flights_;
};

}  // namespace cxlpool::bench
