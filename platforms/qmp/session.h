// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "platforms/qmp/monitor.h"
#include "platforms/qmp/splitter.h"

namespace cxlpool::qmp {

/// One client's conversation in QMP: bytes in, bytes out, no sockets. It begins with the greeting,
/// knows no command but qmp_capabilities until that has been said, and then carries out commands on
/// the monitor's machine, one after another as they are complete. Every answer and event is a line.
///
/// What is no command gets an error and the next one is read; a value over the Splitter's limits
/// gets an error and ends the session. A client that does not read stops being served at
/// `output_pause` bytes, its input waiting, and is given up at `max_output_bytes`, which events
/// alone can make of it.
class Session {
 public:
  static constexpr std::size_t output_pause = 1u << 20;
  static constexpr std::size_t max_output_bytes = 16u << 20;

  explicit Session(Monitor& monitor);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Takes what the client sent and carries out what is complete.
  void receive(std::string_view bytes);

  /// Carries on with what is waiting, after output was taken.
  void resume();

  /// Whether input waits for output to be taken. Until then nothing more should be received.
  bool paused() const { return paused_; }

  /// What the client is to be sent, once.
  std::string take_output();
  std::size_t output_size() const { return output_.size(); }

  /// Counted against the limits beside what has not been taken: bytes that were, and are not yet
  /// on their way.
  void set_in_flight(std::size_t bytes) { in_flight_ = bytes; }

  /// Nothing more is read; what there is to send is still to be sent, unless overrun().
  bool closed() const { return closed_; }
  /// The client did not read, and what was to be sent is lost.
  bool overrun() const { return overrun_; }
  bool in_command_mode() const { return negotiated_; }

  /// An event, if the client can have them already.
  void notify(const nlohmann::json& event);

 private:
  nlohmann::json answer(const Splitter::Piece& piece);
  Result<nlohmann::json> dispatch(const nlohmann::json& request);
  Result<nlohmann::json> execute(const Command& command, const nlohmann::json& arguments);
  void settle();
  void send(const nlohmann::json& line);

  Monitor& monitor_;
  Splitter splitter_;
  std::string output_;
  std::size_t in_flight_ = 0;
  bool negotiated_ = false;
  bool paused_ = false;
  bool closed_ = false;
  bool overrun_ = false;
  bool reset_done_ = false;      ///< by the command that is being answered
  bool quit_requested_ = false;  ///< likewise
};

}  // namespace cxlpool::qmp
