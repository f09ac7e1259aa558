// SPDX-License-Identifier: Apache-2.0
#include "models/command/background.h"

#include <limits>
#include <stdexcept>
#include <utility>

namespace cxlpool::command {

unsigned BackgroundOperation::percent() const {
  if (!running_) return final_percent_;
  const Nanoseconds passed = clock_.now() - started_;
  if (passed >= duration_) return 100;
  // In double: 100 * passed may not fit 64 bits, and a percentage needs no more.
  return static_cast<unsigned>(100.0 * static_cast<double>(passed) /
                               static_cast<double>(duration_));
}

std::optional<Nanoseconds> BackgroundOperation::deadline() const {
  if (!running_) return std::nullopt;
  constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();
  return duration_ > never - started_ ? never : started_ + duration_;
}

void BackgroundOperation::start(Opcode opcode, Nanoseconds duration, Completion complete,
                                Completion aborted) {
  if (running_) throw std::logic_error("a background operation runs already");
  running_ = true;
  opcode_ = static_cast<std::uint16_t>(opcode);
  return_code_ = ReturnCode::success;
  started_ = clock_.now();
  duration_ = duration;
  complete_ = std::move(complete);
  aborted_ = std::move(aborted);
}

void BackgroundOperation::advance(Nanoseconds now) {
  const auto due = deadline();
  if (!due || now < *due) return;
  const Completion complete = std::move(complete_);
  final_percent_ = 100;
  finish(complete ? complete() : ReturnCode::success);
}

ReturnCode BackgroundOperation::request_abort(bool abortable) {
  if (!abortable) return ReturnCode::background_abort_not_supported;
  if (!running_ || percent() > last_abortable_percent) return ReturnCode::success;
  const Completion aborted = std::move(aborted_);
  final_percent_ = percent();
  if (aborted) aborted();
  finish(ReturnCode::aborted);
  return ReturnCode::success;
}

void BackgroundOperation::reset() {
  running_ = false;
  opcode_ = 0;
  return_code_ = ReturnCode::success;
  final_percent_ = 0;
  complete_ = {};
  aborted_ = {};
}

void BackgroundOperation::finish(ReturnCode code) {
  running_ = false;
  return_code_ = code;
  complete_ = {};
  aborted_ = {};
  if (observer_) observer_();
}

void BackgroundOperation::save(Writer& state) const {
  state(running_);
  state(opcode_);
  state(static_cast<std::uint16_t>(return_code_));
  state(started_);
  state(duration_);
  state(final_percent_);
}

}  // namespace cxlpool::command
