// SPDX-License-Identifier: Apache-2.0
#include "models/command/cci.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace cxlpool::command {

namespace {

constexpr Uuid command_effects_log{0x0D, 0xA9, 0xC0, 0xB5, 0xBF, 0x41, 0x4B, 0x78,
                                   0x8F, 0x79, 0x96, 0xB1, 0x62, 0x3B, 0x3F, 0x17};
/// The log has room for so many bytes. What no entry fills reads zero: software that asks for 512
/// bytes without asking for the size first gets them, as from the witness.
constexpr std::uint64_t effects_log_bytes = 512;

struct EffectsEntry {
  std::uint16_t opcode = 0;
  std::uint16_t effects = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(opcode), codec(effects);
  }
};

struct SupportedLog {
  std::uint16_t count = 1;
  Uuid uuid = command_effects_log;
  std::uint32_t size = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(count), codec.reserved(6), codec(uuid), codec(size);
  }
};

struct GetLog {
  Uuid uuid{};
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(uuid), codec(offset), codec(length);
  }
};

struct IdentifyAnswer {
  ComponentIdentity identity;
  std::uint8_t max_message_size = 0;  ///< log2

  template <class Codec>
  void fields(Codec& codec) {
    codec(identity.vendor), codec(identity.device), codec(identity.subsystem_vendor);
    codec(identity.subsystem), codec(identity.serial), codec(max_message_size);
    codec(identity.component_type);
  }
};

struct BackgroundStatus {
  std::uint8_t status = 0;  ///< bit 0 running, [7:1] percent
  std::uint16_t opcode = 0;
  std::uint16_t return_code = 0;
  std::uint16_t vendor_status = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(status), codec.reserved(1), codec(opcode), codec(return_code), codec(vendor_status);
  }
};

constexpr std::uint8_t least_response_limit = 8;
constexpr std::uint8_t default_response_limit = 9;
constexpr std::uint8_t greatest_response_limit = 10;

}  // namespace

Cci::Cci(const Clock& clock, std::size_t max_payload_bytes)
    : max_payload_bytes_(max_payload_bytes),
      background_(clock),
      response_limit_(default_response_limit) {
  if (max_payload_bytes < 256 || (max_payload_bytes & (max_payload_bytes - 1)) != 0 ||
      max_payload_bytes > CciMessage::max_payload_bytes + 1) {
    throw std::invalid_argument("the payload of a CCI is a power of two from 256 bytes to 1 MiB");
  }
}

void Cci::add(Opcode opcode, Handler handler) {
  const auto number = static_cast<std::uint16_t>(opcode);
  if (!opcode_info(number)) throw std::logic_error("the table of opcodes lacks this one");
  if (!commands_.emplace(number, std::move(handler)).second) {
    throw std::logic_error("this CCI has the command already");
  }
}

std::vector<std::uint16_t> Cci::opcodes() const {
  std::vector<std::uint16_t> numbers;
  for (const auto& [number, handler] : commands_) numbers.push_back(number);
  return numbers;
}

Reply Cci::execute(std::uint16_t opcode, ByteView payload) {
  return dispatch(opcode, {payload, max_payload_bytes_});
}

CciMessage Cci::execute(const CciMessage& request, std::size_t room) {
  CciMessage response;
  response.category = CciMessage::response;
  response.tag = request.tag;
  response.opcode = request.opcode;
  Reply reply = ReturnCode::invalid_payload_length;
  if (!implements(request.opcode)) {
    reply = ReturnCode::unsupported;
  } else if (request.length_fits()) {
    reply = dispatch(request.opcode, {request.payload, std::min(room, max_payload_bytes_)});
  }
  response.return_code = reply.code;
  response.background = reply.code == ReturnCode::background_started;
  response.payload = std::move(reply.payload);
  response.payload_length = static_cast<std::uint32_t>(response.payload.size());
  return response;
}

Reply Cci::dispatch(std::uint16_t opcode, const Request& request) {
  const auto command = commands_.find(opcode);
  if (command == commands_.end()) return ReturnCode::unsupported;
  const OpcodeInfo& info = *opcode_info(opcode);
  if (!info.accepts(request.payload.size()) || request.payload.size() > max_payload_bytes_) {
    return ReturnCode::invalid_payload_length;
  }
  if (info.is_background() && background_.running()) return ReturnCode::busy;
  if (info.needs_media && media_disabled_ && media_disabled_()) return ReturnCode::media_disabled;
  Reply reply = command->second(request);
  if (reply.payload.size() > request.room) throw std::logic_error("an answer exceeds its room");
  return reply;
}

void Cci::add_identify(const ComponentIdentity& identity) {
  add(Opcode::identify, [identity](const Request&) {
    return encode(IdentifyAnswer{identity, default_response_limit});
  });
}

void Cci::add_background_status() {
  add(Opcode::background_status, [this](const Request&) {
    BackgroundStatus answer;
    answer.status =
        static_cast<std::uint8_t>(background_.percent() << 1 | (background_.running() ? 1 : 0));
    answer.opcode = background_.opcode();
    answer.return_code = static_cast<std::uint16_t>(background_.return_code());
    return encode(answer);
  });
}

void Cci::add_response_limit() {
  add(Opcode::get_response_limit, [this](const Request&) { return Bytes{response_limit_}; });
  add(Opcode::set_response_limit,
      [this](const Request& request) { return set_response_limit(request); });
}

Reply Cci::set_response_limit(const Request& request) {
  const std::uint8_t limit = request.payload[0];
  if (limit < least_response_limit || limit > greatest_response_limit) {
    return ReturnCode::invalid_input;
  }
  response_limit_ = limit;
  return Bytes{limit};
}

void Cci::add_request_abort() {
  add(Opcode::request_abort, [this](const Request&) {
    const OpcodeInfo* info = opcode_info(background_.opcode());
    return background_.request_abort(info && (info->effects & effect::abortable) != 0);
  });
}

void Cci::add_timestamp(Timestamp& timestamp, bool writable) {
  add(Opcode::get_timestamp, [&timestamp](const Request&) {
    Writer writer;
    writer(timestamp.get());
    return writer.take();
  });
  if (!writable) return;
  add(Opcode::set_timestamp, [&timestamp](const Request& request) {
    std::uint64_t value = 0;
    Reader(request.payload)(value);
    timestamp.set(value);
    return ReturnCode::success;
  });
}

void Cci::add_logs() {
  add(Opcode::get_supported_logs, [this](const Request&) { return supported_logs(); });
  add(Opcode::get_log, [this](const Request& request) { return get_log(request); });
}

Bytes Cci::effects_log() const {
  Writer log;
  for (const auto& [number, handler] : commands_) {
    log(EffectsEntry{number, opcode_info(number)->effects});
  }
  return log.take();
}

Reply Cci::supported_logs() const {
  SupportedLog log;
  log.size = static_cast<std::uint32_t>(effects_log().size());
  return encode(log);
}

Reply Cci::get_log(const Request& request) const {
  const auto wanted = *decode<GetLog>(request.payload);
  if (wanted.uuid != command_effects_log) return ReturnCode::invalid_log;
  Bytes log = effects_log();
  const std::uint64_t end = std::uint64_t{wanted.offset} + wanted.length;
  const std::uint64_t capacity = std::max<std::uint64_t>(log.size(), effects_log_bytes);
  if (wanted.offset > log.size() || end > capacity || wanted.length > request.room) {
    return ReturnCode::invalid_input;
  }
  log.resize(capacity);
  const auto start = log.begin() + wanted.offset;
  return Bytes(start, start + wanted.length);
}

void Cci::save(Writer& state) const {
  background_.save(state);
  state(response_limit_);
}

}  // namespace cxlpool::command
