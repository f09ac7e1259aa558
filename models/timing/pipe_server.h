// SPDX-License-Identifier: Apache-2.0
#pragma once

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
    Picoseconds span = 4'000 * ps_per_ns;  ///< of loosely timed arrivals, plus the backlog
  };

  explicit PipeServer(const Config& config) : config_{config} {
    if (const Picoseconds usual = gap(1); usual > 1) {
      calendar_.emplace(usual, 0, units_per_bin, config.span);
    }
  }

  Service serve(const Message& message, Picoseconds now, Picoseconds /*ready*/) override {
    const Picoseconds used = gap(message.lines);
    return {now + (used == 0 ? 1 : used), now + config_.latency};
  }

  Picoseconds book(const Message& message, Picoseconds arrival) override {
    Picoseconds wait = 0;
    if (calendar_) {
      const Picoseconds usual = gap(1);
      const Picoseconds units = (gap(message.lines) * units_per_bin + usual - 1) / usual;
      wait = calendar_->book(arrival, static_cast<unsigned>(units));
    }
    return arrival + wait + config_.latency;
  }

  Picoseconds alone(const Message& /*message*/) const override { return config_.latency; }

 private:
  static constexpr unsigned units_per_bin = 720;

  Picoseconds gap(unsigned lines) const {
    return config_.gap_per_message + lines * config_.gap_per_line;
  }

  Config config_;
  std::optional<SlotCalendar> calendar_;  // none where nothing limits the rate
};

}  // namespace cxlpool::timing
