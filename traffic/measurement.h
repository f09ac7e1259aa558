// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "models/timing/picoseconds.h"

namespace cxlpool::traffic {

/// How long a part of a run lasts. At most one is set; neither: a warm-up of nothing, or a
/// measurement of all the rest.
struct Span {
  timing::Picoseconds time = 0;
  std::uint64_t requests = 0;
};

/// The part of a run that its figures are of: after the warm-up, and until the measurement is over.
/// Each of the two lasts a time, or a number of completed requests of all hosts. Time is measured
/// from 0 for the warm-up and from its end for the measurement; an answer at the end of a span is
/// outside it. Counted in requests, a span ends with the answer of the last one.
///
/// Loosely timed, answers are not told in their order: a span that is counted in requests ends with
/// the latest of those told up to then.
class Measurement {
 public:
  static constexpr timing::Picoseconds never = UINT64_MAX;

  /// Nothing from `limit` on is measured.
  explicit Measurement(Span warmup = {}, Span measure = {}, timing::Picoseconds limit = never)
      : warmup_(warmup), measure_(measure), limit_(limit) {
    if (warmup_.requests == 0) begin(warmup_.time);
  }

  /// Told whenever from() or until() changes.
  std::function<void()> changed;

  /// To be told of every completed request; whether it belongs to the figures.
  bool completed(timing::Picoseconds answered_at);

  /// When the measurement began or will begin; never, while that is not known.
  timing::Picoseconds from() const { return from_; }
  /// When it ended or will end; never, while that is not known.
  timing::Picoseconds until() const { return until_; }

 private:
  void begin(timing::Picoseconds at);

  Span warmup_, measure_;
  timing::Picoseconds limit_;
  timing::Picoseconds from_ = never, until_ = never;
  timing::Picoseconds latest_ = 0;
  std::uint64_t counted_ = 0;  ///< completed requests of the present span
  bool over_ = false;
};

}  // namespace cxlpool::traffic
