// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "models/command/background.h"
#include "models/command/bytes.h"
#include "models/command/cci_message.h"
#include "models/command/opcode.h"
#include "models/command/return_code.h"

namespace cxlpool::command {

/// What a command answers. A failed one has no payload.
struct Reply {
  ReturnCode code = ReturnCode::success;
  Bytes payload;

  Reply() = default;
  Reply(ReturnCode only_code) : code(only_code) {}     // NOLINT: a code is a reply
  Reply(Bytes answer) : payload(std::move(answer)) {}  // NOLINT: so is an answer
};

/// What 0001h tells.
struct ComponentIdentity {
  static constexpr std::uint8_t switch_component = 0x00;
  static constexpr std::uint8_t type3_component = 0x03;

  std::uint16_t vendor = 0x1AF4;
  std::uint16_t device = 0x0D93;
  std::uint16_t subsystem_vendor = 0;
  std::uint16_t subsystem = 0;
  std::uint64_t serial = 0;
  std::uint8_t component_type = type3_component;
};

/// What a handler gets: the payload, and how long its answer may be.
struct Request {
  ByteView payload;
  std::size_t room = 0;

  /// Entries of this size that fit behind so many other bytes of the answer.
  std::size_t fitting(std::size_t entry_bytes, std::size_t others) const {
    return room > others ? (room - others) / entry_bytes : 0;
  }
};

/// A component command interface: one table of commands, one background operation, one limit of the
/// payload. It owns the table and the generic commands; what a command acts on belongs to the
/// device whose handlers it calls.
///
/// Every (opcode, payload) has an answer. Checks, in order: opcode not in the table 03h; length
/// 16h; a background command while one runs 06h; media disabled 07h; then the handler
/// (sources.md 4.3).
class Cci {
 public:
  using Handler = std::function<Reply(const Request&)>;

  static constexpr std::size_t default_payload_bytes = 2048;
  /// What a command without a list may answer; no tunnel leaves less room to the CCI behind it.
  static constexpr std::size_t least_room_bytes = 128;

  Cci(const Clock& clock, std::size_t max_payload_bytes = default_payload_bytes);
  Cci(const Cci&) = delete;
  Cci& operator=(const Cci&) = delete;

  /// An opcode that the table of opcodes lacks, or that is here already, throws.
  void add(Opcode opcode, Handler handler);
  void add_identify(const ComponentIdentity& identity);     ///< 0001h
  void add_background_status();                             ///< 0002h
  void add_response_limit();                                ///< 0003h, 0004h
  void add_request_abort();                                 ///< 0005h
  void add_timestamp(Timestamp& timestamp, bool writable);  ///< 0300h, 0301h
  void add_logs();  ///< 0400h, 0401h: the command effects log of this table
  void set_media_disabled(std::function<bool()> query) { media_disabled_ = std::move(query); }

  bool implements(std::uint16_t opcode) const { return commands_.count(opcode) != 0; }
  std::vector<std::uint16_t> opcodes() const;
  std::size_t max_payload_bytes() const { return max_payload_bytes_; }

  Reply execute(std::uint16_t opcode, ByteView payload);
  /// The same for a whole message, the payload of whose answer may have `room` bytes; the answer
  /// carries its tag and opcode. A payload whose length is not what the header says: 16h.
  CciMessage execute(const CciMessage& request, std::size_t room);

  BackgroundOperation& background() { return background_; }
  const BackgroundOperation& background() const { return background_; }

  void save(Writer& state) const;

 private:
  Reply dispatch(std::uint16_t opcode, const Request& request);
  Reply supported_logs() const;
  Reply get_log(const Request& request) const;
  Reply set_response_limit(const Request& request);
  Bytes effects_log() const;

  std::size_t max_payload_bytes_;
  BackgroundOperation background_;
  std::map<std::uint16_t, Handler> commands_;
  std::function<bool()> media_disabled_;
  std::uint8_t response_limit_ = 9;  ///< log2 of bytes
};

}  // namespace cxlpool::command
