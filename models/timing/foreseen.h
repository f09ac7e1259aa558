// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "models/timing/message.h"

namespace cxlpool::timing {

/// A message whose begin at a station is known and may lie ahead.
struct Foreseen {
  Picoseconds begin = 0, ready = 0, busy = 0;
  std::uint32_t round = 0;  ///< in which it comes at `ready`
  std::uint32_t queue = 1;  ///< how many waited when it came, itself included
  MessageKind kind = MessageKind::req;
  std::uint8_t lines = 1;

  /// At the end of which round of its instant it begins: whoever waited has the server's or the
  /// queue's word in the first one.
  std::uint32_t begin_round() const { return ready == begin ? round : 0; }
};

/// The foreseen messages of a station by their begin, earliest first: a ring that grows to what is
/// foreseen at once and then stays, so that a busy station goes over the same few lines of memory.
class ForeseenQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::uint32_t size() const { return size_; }
  const Foreseen& front() const { return at(0); }
  const Foreseen& operator[](std::uint32_t index) const { return at(index); }

  void pop_front() {
    ++first_;
    --size_;
  }

  /// Behind those that begin no later.
  void insert(const Foreseen& message) {
    if (size_ == mask_ + 1) grow();
    std::uint32_t index = size_++;
    for (; index > 0 && at(index - 1).begin > message.begin; --index) at(index) = at(index - 1);
    at(index) = message;
  }

  /// How many wait when another message comes at that time, in that round: an arrival is before a
  /// begin of the same round.
  std::uint32_t waiting(Picoseconds time, std::uint32_t round) const {
    std::uint32_t count = 0;
    for (std::uint32_t i = size_; i > 0 && at(i - 1).begin >= time; --i) {
      const Foreseen& other = at(i - 1);
      count += other.ready <= time && (other.begin > time || other.begin_round() >= round);
    }
    return count;
  }

 private:
  Foreseen& at(std::uint32_t index) { return ring_[(first_ + index) & mask_]; }
  const Foreseen& at(std::uint32_t index) const { return ring_[(first_ + index) & mask_]; }

  void grow() {
    const std::uint32_t room = ring_ ? 2 * (mask_ + 1) : 2;
    auto larger = std::make_unique<Foreseen[]>(room);
    for (std::uint32_t i = 0; i < size_; ++i) larger[i] = at(i);
    ring_ = std::move(larger);
    mask_ = room - 1;
    first_ = 0;
  }

  // Small, since it is part of every station.
  std::unique_ptr<Foreseen[]> ring_;
  std::uint32_t mask_ = ~std::uint32_t{0};  // its size - 1; its size is a power of two
  std::uint32_t first_ = 0;                 // goes round and round
  std::uint32_t size_ = 0;
};

}  // namespace cxlpool::timing
