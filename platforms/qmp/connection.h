// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "platforms/qmp/listener.h"
#include "platforms/qmp/session.h"

namespace cxlpool::qmp {

/// A client's socket and its session. Holds itself while an operation is under way; `changed` is
/// called after commands were carried out, which may have made output for any session, and after
/// the socket was closed.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Monitor& monitor, Listener::Socket socket, std::function<void()> changed);

  void start();
  /// Sends what the session has to say, and closes the socket when that was all.
  void flush();
  void close();

  bool closed() const { return !socket_.is_open(); }
  bool has_output() const { return !writing_.empty() || session_.output_size() > 0; }

 private:
  void read();
  void on_read(const boost::system::error_code& error, std::size_t bytes);
  void on_written(const boost::system::error_code& error);

  Listener::Socket socket_;
  Session session_;
  std::function<void()> changed_;
  std::array<char, 64 << 10> received_;
  std::string writing_;  ///< under way
  bool reading_ = false;
  bool input_ended_ = false;
};

}  // namespace cxlpool::qmp
