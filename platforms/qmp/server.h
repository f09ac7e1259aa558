// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "platforms/qmp/endpoint.h"
#include "platforms/qmp/monitor.h"

namespace cxlpool::qmp {

/// The door as a socket: accepts clients and gives each a Session on the one monitor. It has no
/// thread. Its owner calls run_for(), in which commands are carried out in the order in which they
/// arrive, and simulates in between:
///
///     while (!monitor.quitting()) {
///       server.run_for(10ms);
///       machine.advance_to(..);
///       monitor.publish_changes();
///     }
///     server.finish(1s);
///
/// A client that goes away, or that Session gives up, is forgotten; the others go on. Of more than
/// `max_clients` at a time the last gets an error and is closed.
class Server {
 public:
  static constexpr std::size_t max_clients = 64;

  /// Listens. Throws platforms::InputError (see Listener).
  Server(Monitor& monitor, const Endpoint& endpoint, bool allow_remote = false);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Where clients connect to, with the port that a 0 became.
  const Endpoint& endpoint() const;

  /// Sends what there is to send, waits for something to happen for at most `time`, and deals with
  /// it and with what else is ready, within reason.
  void run_for(std::chrono::milliseconds time);

  /// Lets clients have what is still to be sent, for at most `time`.
  void finish(std::chrono::milliseconds time);

  std::size_t clients() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cxlpool::qmp
