// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/timing/picoseconds.h"

namespace cxlpool::timing {

/// Whom an event is for.
class Actor {
 public:
  virtual ~Actor() = default;
  /// `subject` is what the event was scheduled with.
  virtual void fire(void* subject, Picoseconds now) = 0;
};

/// Something that happens at `at`. Events of the same picosecond come by `order`, which tells them
/// apart, so that a run does not depend on who scheduled first.
struct Event {
  Picoseconds at = 0;
  std::uint64_t order = 0;
  Actor* actor = nullptr;
  void* subject = nullptr;
};

/// The pending events of a whole fabric: a ring of short spans of time, each sorted only when its
/// turn comes, and a heap for what lies beyond the ring. Scheduling and taking cost the same
/// however many are pending; nothing is allocated once the spans have grown to what a run needs.
class Wheel {
 public:
  static constexpr Picoseconds never = ~Picoseconds{0};

  Wheel();

  /// `event.at` must not be earlier than the last event taken.
  void schedule(const Event& event);

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// When the earliest event is due; `never` when there is none. Events may still be scheduled
  /// before that.
  Picoseconds next() const;

  /// Takes the earliest event. There must be one.
  Event take();

 private:
  static constexpr unsigned span_bits = 7;  ///< a span is 128 ps
  static constexpr std::size_t spans = 8192;
  static constexpr std::size_t words = spans / 64;

  struct Span {
    std::vector<Event> events;  ///< the current span: sorted, earliest last
  };

  static bool later(const Event& a, const Event& b) {
    return a.at != b.at ? a.at > b.at : a.order > b.order;
  }

  void put(const Event& event);
  void advance();
  void move_on();
  std::uint64_t steps_to_occupied() const;

  std::array<Span, spans> ring_;
  std::array<std::uint64_t, words> occupied_{};
  std::uint64_t current_ = 0;  ///< number of the span that is being taken from
  bool sorted_ = false;        ///< whether the current span is in order
  std::size_t size_ = 0;
  std::vector<Event> far_;  ///< a heap, earliest on top
};

}  // namespace cxlpool::timing
