// SPDX-License-Identifier: Apache-2.0
#include "models/timing/wheel.h"

#include <algorithm>

namespace cxlpool::timing {

Wheel::Wheel() { ring_.fill(none); }

void Wheel::add_node() {
  nodes_.emplace_back();
  free_ = static_cast<std::uint32_t>(nodes_.size() - 1);
}

/// Into the current span. Its events are few, and a new one is rarely the earliest.
void Wheel::insert(const Event& event) {
  auto at = opened_.end();
  while (at != opened_.begin() && !later(*std::prev(at), event)) --at;
  opened_.insert(at, event);
}

/// An event of the current span, or one beyond the ring.
void Wheel::schedule_apart(const Event& event) {
  if (event.at >> span_bits == current_) return insert(event);
  far_.push_back(event);
  std::push_heap(far_.begin(), far_.end(), later);
}

/// Goes on to `span`, the first that holds an event, puts it in order, and fetches what has come
/// within reach of the ring. What stays in the heap is later than everything in the ring.
void Wheel::open(std::uint64_t span) {
  current_ = span;
  const std::size_t slot = span % spans;
  occupied_[slot / 64] &= ~(1ull << slot % 64);
  for (std::uint32_t index = ring_[slot]; index != none;) {
    Node& node = nodes_[index];
    opened_.push_back(node.event);
    const std::uint32_t behind = node.behind;
    node.behind = free_;
    free_ = index;
    index = behind;
  }
  ring_[slot] = none;
  if (opened_.size() > 1) {
    std::sort(opened_.begin(), opened_.end(),
              [](const Event& a, const Event& b) { return later(a, b); });
  }
  while (!far_.empty() && (far_.front().at >> span_bits) - current_ < spans) {
    std::pop_heap(far_.begin(), far_.end(), later);
    const Event& event = far_.back();
    const std::uint64_t its_span = event.at >> span_bits;
    its_span == current_ ? insert(event) : put(event, its_span);
    far_.pop_back();
  }
}

/// When the earliest event is due that is not in the current span.
Picoseconds Wheel::find_next() const {
  if (size_ == 0) return never;
  const std::size_t from = (current_ + 1) % spans;
  for (std::size_t i = 0; i <= words; ++i) {
    const std::size_t word = (from / 64 + i) % words;
    std::uint64_t bits = occupied_[word];
    if (i == 0) bits &= ~0ull << from % 64;
    if (bits == 0) continue;
    const std::size_t slot = word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
    Picoseconds earliest = never;
    for (std::uint32_t index = ring_[slot]; index != none; index = nodes_[index].behind) {
      earliest = std::min(earliest, nodes_[index].event.at);
    }
    return earliest;
  }
  return far_.front().at;
}

}  // namespace cxlpool::timing
