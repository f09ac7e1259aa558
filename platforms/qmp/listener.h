// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <sys/stat.h>
#include <utility>
#include <variant>

#include <boost/asio.hpp>

#include "platforms/qmp/endpoint.h"

namespace cxlpool::qmp {

/// A listening socket. Throws platforms::InputError when there can be none: an address in use, one
/// that the network reaches although `allow_remote` is not set, a path at which there is something
/// other than a socket that nobody listens at.
///
/// A Unix socket's file can be used by its owner only, and goes with the listener, unless it has
/// been replaced in between.
class Listener {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  Listener(boost::asio::io_context& context, const Endpoint& endpoint, bool allow_remote);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// With the port that a 0 became.
  const Endpoint& endpoint() const { return endpoint_; }

  template <class Handler>
  void async_accept(Socket& peer, Handler handler) {
    std::visit([&](auto& acceptor) { acceptor.async_accept(peer, std::move(handler)); }, acceptor_);
  }

 private:
  using UnixAcceptor = boost::asio::local::stream_protocol::acceptor;
  using TcpAcceptor = boost::asio::ip::tcp::acceptor;

  void listen_unix(UnixAcceptor& acceptor);
  void listen_tcp(TcpAcceptor& acceptor, const boost::asio::ip::tcp::endpoint& address);

  Endpoint endpoint_;
  std::variant<UnixAcceptor, TcpAcceptor> acceptor_;
  std::optional<struct stat> file_;  ///< of the socket that is ours
};

}  // namespace cxlpool::qmp
