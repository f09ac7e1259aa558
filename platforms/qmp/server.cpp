// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/server.h"

#include <algorithm>
#include <vector>

#include "platforms/qmp/connection.h"

namespace cxlpool::qmp {
namespace {

using boost::system::error_code;

constexpr int handlers_at_a_time = 64;
constexpr auto accept_retry = std::chrono::milliseconds(100);
constexpr std::string_view too_many =
    R"({"error": {"class": "GenericError", "desc": "Too many connections"}})"
    "\r\n";

}  // namespace

class Server::Impl {
 public:
  Impl(Monitor& monitor, const Endpoint& endpoint, bool allow_remote)
      : monitor_(monitor),
        listener_(context_, endpoint, allow_remote),
        peer_(context_),
        retry_(context_) {
    accept();
  }

  ~Impl() {
    for (const auto& connection : connections_) connection->close();
  }

  const Endpoint& endpoint() const { return listener_.endpoint(); }
  std::size_t clients() const { return connections_.size(); }

  void run_for(std::chrono::milliseconds time) {
    flush();
    context_.restart();
    if (context_.poll_one() == 0 && context_.run_one_for(time) == 0) return;
    for (int i = 1; i < handlers_at_a_time && context_.poll_one() != 0; ++i) {
    }
  }

  void finish(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    const auto has_output = [](const auto& connection) { return connection->has_output(); };
    flush();
    while (std::any_of(connections_.begin(), connections_.end(), has_output) &&
           std::chrono::steady_clock::now() < end) {
      run_for(std::chrono::milliseconds(10));
    }
  }

 private:
  void accept() {
    listener_.async_accept(peer_, [this](const error_code& error) { on_accepted(error); });
  }

  void on_accepted(const error_code& error) {
    if (error == boost::asio::error::operation_aborted) return;
    if (error) {  // out of descriptors, perhaps: not at once again
      retry_.expires_after(accept_retry);
      retry_.async_wait([this](const error_code& stopped) {
        if (!stopped) accept();
      });
      return;
    }
    if (connections_.size() < max_clients) {
      connections_.push_back(
          std::make_shared<Connection>(monitor_, std::move(peer_), [this] { flush(); }));
      connections_.back()->start();
    } else {
      turn_away();
    }
    peer_ = Listener::Socket(context_);
    accept();
  }

  void turn_away() {
    error_code ignored;
    peer_.non_blocking(true, ignored);
    peer_.write_some(boost::asio::buffer(too_many), ignored);
    peer_.close(ignored);
  }

  /// Every session may have something to say after any of them did something.
  void flush() {
    for (const auto& connection : connections_) connection->flush();
    connections_.erase(std::remove_if(connections_.begin(), connections_.end(),
                                      [](const auto& connection) { return connection->closed(); }),
                       connections_.end());
  }

  boost::asio::io_context context_{1};
  Monitor& monitor_;
  Listener listener_;
  Listener::Socket peer_;
  boost::asio::steady_timer retry_;
  std::vector<std::shared_ptr<Connection>> connections_;
};

Server::Server(Monitor& monitor, const Endpoint& endpoint, bool allow_remote)
    : impl_(std::make_unique<Impl>(monitor, endpoint, allow_remote)) {}

Server::~Server() = default;

const Endpoint& Server::endpoint() const { return impl_->endpoint(); }
void Server::run_for(std::chrono::milliseconds time) { impl_->run_for(time); }
void Server::finish(std::chrono::milliseconds time) { impl_->finish(time); }
std::size_t Server::clients() const { return impl_->clients(); }

}  // namespace cxlpool::qmp
