// SPDX-License-Identifier: Apache-2.0
#include "models/timing/wheel.h"

#include <algorithm>

namespace cxlpool::timing {

Wheel::Wheel() = default;

void Wheel::schedule(const Event& event) {
  ++size_;
  if ((event.at >> span_bits) - current_ < spans) {
    put(event);
    return;
  }
  far_.push_back(event);
  std::push_heap(far_.begin(), far_.end(), later);
}

void Wheel::put(const Event& event) {
  const std::uint64_t span = event.at >> span_bits;
  const std::size_t slot = span % spans;
  std::vector<Event>& events = ring_[slot].events;
  occupied_[slot / 64] |= 1ull << slot % 64;
  if (span == current_ && sorted_) {
    events.insert(std::lower_bound(events.begin(), events.end(), event, later), event);
  } else {
    events.push_back(event);
  }
}

Picoseconds Wheel::next() const {
  if (size_ == 0) return never;
  const std::vector<Event>& current = ring_[current_ % spans].events;
  if (!current.empty() && sorted_) return current.back().at;
  const std::uint64_t steps = current.empty() ? steps_to_occupied() : 0;
  if (steps == spans) return far_.front().at;
  Picoseconds earliest = never;
  for (const Event& event : ring_[(current_ + steps) % spans].events) {
    earliest = std::min(earliest, event.at);
  }
  return earliest;
}

Event Wheel::take() {
  advance();
  std::vector<Event>& events = ring_[current_ % spans].events;
  const Event event = events.back();
  events.pop_back();
  --size_;
  return event;
}

/// Makes the current span the first that holds an event, and puts it in order.
void Wheel::advance() {
  if (ring_[current_ % spans].events.empty()) move_on();
  if (sorted_) return;
  std::vector<Event>& events = ring_[current_ % spans].events;
  std::sort(events.begin(), events.end(), later);
  sorted_ = true;
}

/// Number of spans from the current one, which is empty, to the next that is not; `spans` when the
/// ring is empty.
std::uint64_t Wheel::steps_to_occupied() const {
  const std::size_t from = (current_ + 1) % spans;
  for (std::size_t i = 0; i <= words; ++i) {
    const std::size_t word = (from / 64 + i) % words;
    std::uint64_t bits = occupied_[word];
    if (i == 0) bits &= ~0ull << from % 64;
    if (i == words) bits &= ~(~0ull << from % 64);
    // The current span is empty, but is only marked so when it is left.
    if (word == current_ % spans / 64) bits &= ~(1ull << current_ % 64);
    if (bits == 0) continue;
    const std::size_t slot = word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
    return (slot + spans - current_ % spans) % spans;
  }
  return spans;
}

/// Leaves the current span, which is empty, for the next occupied one, and fetches what has come
/// within reach of the ring. What stays in the heap is later than everything in the ring.
void Wheel::move_on() {
  const std::uint64_t steps = steps_to_occupied();
  const std::size_t left = current_ % spans;
  occupied_[left / 64] &= ~(1ull << left % 64);
  sorted_ = false;
  current_ = steps == spans ? far_.front().at >> span_bits : current_ + steps;
  while (!far_.empty() && (far_.front().at >> span_bits) - current_ < spans) {
    std::pop_heap(far_.begin(), far_.end(), later);
    put(far_.back());
    far_.pop_back();
  }
}

}  // namespace cxlpool::timing
