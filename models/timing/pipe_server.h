// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "models/timing/server.h"
#include "models/timing/slot_calendar.h"

namespace cxlpool::timing {

/// A pipeline: every message takes `latency`, any number of them at once. A gap limits how often
/// one may begin: per message for an issue rate, per line for a rate of bytes. Lines count
/// whichever way the message goes, since the limit stands where the access is to be limited.
class PipeServer final : public Server {
 public:
  struct Config {
    Picoseconds latency = 0;
    Picoseconds gap_per_message = 0;
    Picoseconds gap_per_line = 0;
    std::optional<Picoseconds> write_latency = std::nullopt;       ///< where it differs
    std::optional<Picoseconds> write_gap_per_line = std::nullopt;  ///< where it differs
    Picoseconds span = 4'000 * ps_per_ns;  ///< of loosely timed arrivals, plus the backlog
  };

  explicit PipeServer(const Config& config)
      : per_message_{config.gap_per_message},
        per_line_{config.gap_per_line, config.write_gap_per_line.value_or(config.gap_per_line)},
        latency_{config.latency, config.write_latency.value_or(config.latency)} {
    Message message;
    usual_ = gap(message);
    message.write = true;
    if (usual_ == 0 || (gap(message) != 0 && gap(message) < usual_)) usual_ = gap(message);
    if (usual_ > 1) calendar_.emplace(usual_, 0, units_per_bin, config.span);
  }

  Flow flow() const override { return {latency_[0] == latency_[1], usual_ == 0, true}; }

  Service serve(const Message& message, Picoseconds now, Picoseconds /*ready*/) override {
    return {now + gap(message), now + alone(message), gap(message)};
  }

  Picoseconds book(const Message& message, Picoseconds arrival) override {
    const Room place = room(message);
    if (place.calendar) arrival += place.calendar->book(arrival, place.units);
    return arrival + alone(message);
  }

  Room room(const Message& message) override {
    if (!calendar_) return {};
    return {&*calendar_, units(gap(message))};
  }

  Picoseconds alone(const Message& message) const override { return latency_[message.write]; }

  Picoseconds occupancy(const Message& message) const override { return gap(message); }

 private:
  static constexpr unsigned units_per_bin = 720;

  Picoseconds gap(const Message& message) const {
    return per_message_ + message.lines * per_line_[message.write];
  }
  unsigned units(Picoseconds gap) const {
    if (gap == usual_) return units_per_bin;  // most: spares them a division
    return static_cast<unsigned>((gap * units_per_bin + usual_ - 1) / usual_);
  }

  Picoseconds per_message_;
  std::array<Picoseconds, 2> per_line_, latency_;  // of reads, of writes
  Picoseconds usual_ = 0;                          // the shortest gap that there is
  std::optional<SlotCalendar> calendar_;           // none where nothing limits the rate
};

}  // namespace cxlpool::timing
