// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "models/command/bytes.h"
#include "models/command/clock.h"
#include "models/command/opcode.h"
#include "models/command/return_code.h"

namespace cxlpool::command {

/// The background operation of one CCI (sources.md 4.11): one at a time. It ends when advance() is
/// called at or after deadline(); whoever owns simulated time schedules that call.
class BackgroundOperation {
 public:
  using Completion = std::function<ReturnCode()>;
  static constexpr unsigned last_abortable_percent = 84;

  explicit BackgroundOperation(const Clock& clock) : clock_(clock) {}

  bool running() const { return running_; }
  /// Opcode, return code of the most recent operation, and how far it is. 0 before the first.
  std::uint16_t opcode() const { return opcode_; }
  ReturnCode return_code() const { return return_code_; }
  unsigned percent() const;
  /// When advance() has something to do; nothing while idle.
  std::optional<Nanoseconds> deadline() const;

  /// Starts an operation; `complete` carries out its effect and gives its return code. Starting
  /// while one runs is an error of our own and throws.
  void start(Opcode opcode, Nanoseconds duration, Completion complete, Completion aborted = {});
  /// Completes the operation if its time has come.
  void advance(Nanoseconds now);
  /// 0005h: `abortable` is what the command effects log says of the most recent operation.
  ReturnCode request_abort(bool abortable);
  /// The operation is gone without an end, as after a cold reset.
  void reset();
  /// Called after each end of an operation, also that by abort.
  void on_end(std::function<void()> observer) { observer_ = std::move(observer); }

  void save(Writer& state) const;

 private:
  void finish(ReturnCode code);

  const Clock& clock_;
  bool running_ = false;
  std::uint16_t opcode_ = 0;
  ReturnCode return_code_ = ReturnCode::success;
  unsigned final_percent_ = 0;
  Nanoseconds started_ = 0;
  Nanoseconds duration_ = 0;
  Completion complete_;
  Completion aborted_;
  std::function<void()> observer_;
};

}  // namespace cxlpool::command
