// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cxlpool::qmp {

/// Where clients find the door, as the command line says it.
struct Endpoint {
  enum class Kind : std::uint8_t { unix_socket, tcp };
  Kind kind = Kind::unix_socket;
  std::string path;        ///< of a Unix socket
  std::string host;        ///< of TCP: a name or an address, IPv6 without its brackets
  std::uint16_t port = 0;  ///< 0: whichever is free
};

/// `unix:PATH` or `tcp:HOST:PORT`, with QEMU's `,server`, `,nowait`, `,server=on`, `,wait=off`
/// behind it or not: they say what is so here anyway. Throws platforms::InputError.
Endpoint parse_endpoint(std::string_view text);

/// Inverse: what a client connects to.
std::string to_string(const Endpoint& endpoint);

}  // namespace cxlpool::qmp
