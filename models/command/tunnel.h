// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "models/command/cci.h"

namespace cxlpool::command {

enum class TunnelTarget : std::uint8_t { port_or_ld = 0, ld_pool = 1 };

/// The CCI that a tunnel leads to from here; nullptr when there is none.
using TunnelTargets = std::function<Cci*(TunnelTarget type, std::uint8_t id)>;

/// 5300h's request, before the message.
struct TunnelRequest {
  std::uint8_t id = 0;  ///< port or LD
  std::uint8_t target_type = 0;
  std::uint16_t size = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(id), codec(target_type), codec(size);
  }
};

/// 5300h's answer, before the message.
struct TunnelResponse {
  std::uint16_t length = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(length), codec.reserved(2);
  }
};

/// Tunnel Management Command (sources.md 6.8) in `cci`. What is wrong with the tunnel is the outer
/// return code; what the command behind it answers is inside an outer success.
void add_tunnel(Cci& cci, TunnelTargets targets);

}  // namespace cxlpool::command
