// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <boost/random/exponential_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>

#include "models/timing/picoseconds.h"

namespace cxlpool::traffic {

/// When the requests of a stream are sent, in a timed run.
struct Injection {
  enum class Kind : std::uint8_t {
    closed,  ///< as soon as one of `outstanding` is free, and `delay` after it became so
    open,    ///< every `gap`, however many are in flight
    paced,   ///< every `gap`, or later, when one of `outstanding` becomes free
  };
  Kind kind = Kind::closed;
  unsigned outstanding = 1;
  timing::Picoseconds delay = 0;  ///< think time
  timing::Picoseconds gap = 0;    ///< from one request to the next; the mean, if `poisson`
  bool poisson = false;
  timing::Picoseconds start = 0;
  std::uint64_t seed = 1;
};

/// Draws the gaps of open and paced injection. A late request does not delay those after it: the
/// schedule stands, except in paced injection, where it moves on.
class Pacer {
 public:
  explicit Pacer(const Injection& injection)
      : injection_(injection), random_(injection.seed), due_(injection.start) {}

  bool paced() const { return injection_.kind != Injection::Kind::closed; }
  /// When the next request is due.
  timing::Picoseconds due() const { return due_; }
  /// It was sent at `at`.
  void sent(timing::Picoseconds at) {
    if (injection_.kind == Injection::Kind::paced && at > due_) due_ = at;
    due_ += gap();
  }

 private:
  timing::Picoseconds gap() {
    if (!injection_.poisson) return injection_.gap;
    const double gap = exponential_(random_) * static_cast<double>(injection_.gap);
    return static_cast<timing::Picoseconds>(gap + 0.5);
  }

  Injection injection_;
  boost::random::mt19937_64 random_;
  boost::random::exponential_distribution<double> exponential_;
  timing::Picoseconds due_;
};

}  // namespace cxlpool::traffic
