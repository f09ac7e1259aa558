// SPDX-License-Identifier: Apache-2.0
#include "models/command/tunnel.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace cxlpool::command {

namespace {

Cci* target_of(const TunnelRequest& tunnel, const TunnelTargets& targets) {
  if (tunnel.target_type > static_cast<std::uint8_t>(TunnelTarget::ld_pool)) return nullptr;
  return targets(static_cast<TunnelTarget>(tunnel.target_type), tunnel.id);
}

Reply carry(const Request& request, const TunnelTargets& targets) {
  const auto tunnel = *decode<TunnelRequest>(request.payload);
  const ByteView inside = request.payload.from(wire_size<TunnelRequest>());
  if (tunnel.size < CciMessage::header_bytes) return ReturnCode::invalid_payload_length;
  if (tunnel.size != inside.size()) return ReturnCode::invalid_payload_length;
  const auto message = *CciMessage::decode(inside);
  if (message.category != CciMessage::request) return ReturnCode::invalid_input;
  Cci* target = target_of(tunnel, targets);
  if (!target) return ReturnCode::invalid_input;
  // Tunnels in tunnels: at some depth no answer would fit.
  const std::size_t headers = wire_size<TunnelResponse>() + CciMessage::header_bytes;
  if (request.room < headers + Cci::least_room_bytes) return ReturnCode::invalid_input;

  constexpr std::size_t longest = std::numeric_limits<std::uint16_t>::max();
  const std::size_t room = std::min(request.room - headers, longest - CciMessage::header_bytes);
  const Bytes answer = target->execute(message, room).encode();
  Writer writer;
  writer(TunnelResponse{static_cast<std::uint16_t>(answer.size())});
  writer.append(answer);
  return writer.take();
}

}  // namespace

void add_tunnel(Cci& cci, TunnelTargets targets) {
  cci.add(Opcode::tunnel, [targets = std::move(targets)](const Request& request) {
    return carry(request, targets);
  });
}

}  // namespace cxlpool::command
