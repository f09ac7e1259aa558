// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

#include <systemc>

#include "models/fabric/passage.h"
#include "models/fabric/payload_pool.h"
#include "models/timing/timeline.h"

namespace cxlpool::fabric {

/// The kernel's units in a picosecond; its resolution is one picosecond unless the user made it
/// finer.
inline std::uint64_t units_per_picosecond() {
  static const std::uint64_t units =
      std::max<std::uint64_t>(1, sc_core::sc_time(1, sc_core::SC_PS).value());
  return units;
}

/// Picoseconds from and to SystemC's clock, whatever its resolution.
inline timing::Picoseconds to_picoseconds(const sc_core::sc_time& time) {
  const std::uint64_t units = units_per_picosecond();
  return units == 1 ? time.value() : time.value() / units;
}
inline sc_core::sc_time to_sc_time(timing::Picoseconds duration) {
  return sc_core::sc_time::from_value(duration * units_per_picosecond());
}

/// Carries out the timeline of a fabric inside a SystemC simulation. One method process works off
/// everything up to the kernel's next pending activity, ahead of the kernel's clock where nobody
/// else has anything to do before: what is told to foreign modules meanwhile carries the difference
/// as its annotated delay. All modules of a fabric share one timekeeper; those that have none know
/// no time.
class Timekeeper : public sc_core::sc_module {
 public:
  explicit Timekeeper(sc_core::sc_module_name name);

  timing::Timeline& timeline() { return timeline_; }

  /// The time that whoever is called now lives in.
  timing::Picoseconds now() const {
    return carrying_ ? timeline_.now() : to_picoseconds(sc_core::sc_time_stamp());
  }
  /// By how much that is ahead of the kernel's clock: the annotation of a call.
  sc_core::sc_time ahead() const {
    return carrying_ ? to_sc_time(timeline_.now() - kernel_now_) : sc_core::SC_ZERO_TIME;
  }

  /// Has `actor` fired with `subject` at `at`, or now if that has passed.
  void schedule(timing::Picoseconds at, std::uint64_t order, timing::Actor& actor, void* subject);

  /// To be called when a station was given a message from outside, so that it is looked at.
  void stir();

  /// To be called after every call of a foreign module, which may have given the kernel work.
  void called_outside() { outside_ = true; }

  /// What made the simulation end: an exception that came up while the timeline was carried out,
  /// and that SystemC has turned into a report. Null: nothing did.
  std::exception_ptr error() const { return error_; }

  /// Nothing that happens then or later is carried out.
  void stop_at(timing::Picoseconds limit) { limit_ = limit == 0 ? 0 : limit - 1; }

  /// When a call with this annotation takes effect, and whether that is the present instant of the
  /// timeline, so that it may be acted on at once.
  timing::Picoseconds at(const sc_core::sc_time& delay) const {
    return (carrying_ ? kernel_now_ : to_picoseconds(sc_core::sc_time_stamp())) +
           to_picoseconds(delay);
  }
  bool is_now(const sc_core::sc_time& delay) const {
    return carrying_ && at(delay) == timeline_.now();
  }

  /// The passage of a payload that comes in by a socket: the one that it came with, or, from a
  /// foreign sender, a new one, with an extension lent to the payload until leave().
  Passage& enter(tlm::tlm_generic_payload& trans);
  void leave(Passage& passage);

  /// A passage with nothing set but its number, for module number `origin`: passages of one instant
  /// go by origin, then by age.
  Passage& take(std::uint16_t origin);
  void give_back(Passage& passage);
  std::uint64_t under_way() const { return taken_; }

  /// The place of something that enters at `origin` among what happens in the same instant.
  std::uint64_t next_order(std::uint16_t origin) {
    return static_cast<std::uint64_t>(origin) << 44 | (serial_++ & ((1ull << 44) - 1));
  }

  /// A number for each module at which accesses enter, in the order of construction.
  std::uint16_t new_origin() { return next_origin_++; }

 private:
  void carry_out();
  void carry_out_all();
  timing::Picoseconds reach() const;

  PayloadPool pool_;

  timing::Timeline timeline_;
  sc_core::sc_event wake_;
  bool carrying_ = false;
  timing::Picoseconds kernel_now_ = 0;  ///< while carrying out: the kernel's clock stands still
  bool outside_ = false;
  std::exception_ptr error_;
  timing::Picoseconds limit_ = timing::Wheel::never;
  std::vector<std::unique_ptr<Passage>> passages_;
  std::vector<Passage*> free_;
  std::uint64_t taken_ = 0;
  std::uint64_t serial_ = 0;
  std::uint16_t next_origin_ = 0;
};

/// Loosely timed: takes `message`, which is `delay` ahead of the clock, through `station`, if there
/// is one.
inline void book(timing::Station* station, const timing::Message& message,
                 sc_core::sc_time& delay) {
  if (!station) return;
  const timing::Picoseconds now = to_picoseconds(sc_core::sc_time_stamp());
  delay = to_sc_time(station->book(message, now + to_picoseconds(delay)) - now);
}

}  // namespace cxlpool::fabric
