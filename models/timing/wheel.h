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
/// however many are pending; nothing is allocated once there are as many as a run needs. What is
/// pending lies together in memory, in nodes that are used again at once: a ring with room of its
/// own for every span would leave the cache between two of its turns.
class Wheel {
 public:
  static constexpr Picoseconds never = ~Picoseconds{0};

  Wheel();

  /// `event.at` must not be earlier than the last event taken.
  void schedule(const Event& event) {
    ++size_;
    if (event.at < next_) next_ = event.at;
    const std::uint64_t span = event.at >> span_bits;
    if (span - current_ < spans && span != current_) {
      put(event, span);
    } else {
      schedule_apart(event);
    }
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// When the earliest event is due; `never` when there is none. Events may still be scheduled
  /// before that.
  Picoseconds next() const { return next_; }

  /// Takes the earliest event. There must be one.
  Event take() {
    if (opened_.empty()) open(next_ >> span_bits);
    const Event event = opened_.back();
    opened_.pop_back();
    --size_;
    next_ = opened_.empty() ? find_next() : opened_.back().at;
    return event;
  }

 private:
  static constexpr unsigned span_bits = 7;  ///< a span is 128 ps
  static constexpr std::size_t spans = 8192;
  static constexpr std::size_t words = spans / 64;
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct Node {
    Event event;
    std::uint32_t behind = none;  ///< in its span, or among the free ones
  };

  static bool later(const Event& a, const Event& b) {
    return a.at != b.at ? a.at > b.at : a.order > b.order;
  }

  void put(const Event& event, std::uint64_t span) {
    if (free_ == none) add_node();
    const std::uint32_t index = free_;
    Node& node = nodes_[index];
    free_ = node.behind;
    const std::size_t slot = span % spans;
    node.event = event;
    node.behind = ring_[slot];
    ring_[slot] = index;
    occupied_[slot / 64] |= 1ull << slot % 64;
  }
  void insert(const Event& event);
  void schedule_apart(const Event& event);
  void add_node();
  void open(std::uint64_t span);
  Picoseconds find_next() const;

  std::array<std::uint32_t, spans> ring_;  ///< the last event put into each span
  std::array<std::uint64_t, words> occupied_{};
  std::vector<Node> nodes_;
  std::uint32_t free_ = none;
  std::uint64_t current_ = 0;  ///< number of the span that is being taken from
  std::vector<Event> opened_;  ///< its events, the earliest last
  Picoseconds next_ = never;
  std::size_t size_ = 0;
  std::vector<Event> far_;  ///< a heap, earliest on top
};

}  // namespace cxlpool::timing
