// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/listener.h"

#include <cerrno>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

#include "platforms/input_error.h"

namespace cxlpool::qmp {
namespace {

using boost::asio::ip::tcp;
using boost::asio::local::stream_protocol;
using boost::system::error_code;

[[noreturn]] void refuse(const Endpoint& endpoint, const std::string& message) {
  throw platforms::InputError(
      {}, fmt::format("{}: {}", platforms::quotable(to_string(endpoint), 160), message));
}

void check(const Endpoint& endpoint, const error_code& error) {
  if (error) refuse(endpoint, error.message());
}

/// So that the file never exists with a mode that others can use.
class PrivateUmask {
 public:
  PrivateUmask() : before_(::umask(0177)) {}
  ~PrivateUmask() { ::umask(before_); }
  PrivateUmask(const PrivateUmask&) = delete;
  PrivateUmask& operator=(const PrivateUmask&) = delete;

 private:
  mode_t before_;
};

/// Makes room at the path, if what is there is a socket that a program left.
void remove_stale_socket(boost::asio::io_context& context, const Endpoint& endpoint) {
  struct stat status {};
  if (::lstat(endpoint.path.c_str(), &status) != 0) {
    if (errno == ENOENT) return;
    refuse(endpoint, error_code(errno, boost::system::system_category()).message());
  }
  if (!S_ISSOCK(status.st_mode)) refuse(endpoint, "exists and is no socket");
  stream_protocol::socket probe(context);
  error_code error;
  probe.connect(stream_protocol::endpoint(endpoint.path), error);
  if (!error) refuse(endpoint, "another program listens there");
  if (error != boost::asio::error::connection_refused) refuse(endpoint, error.message());
  if (::unlink(endpoint.path.c_str()) != 0) {
    refuse(endpoint, error_code(errno, boost::system::system_category()).message());
  }
}

tcp::endpoint resolve(boost::asio::io_context& context, const Endpoint& endpoint,
                      bool allow_remote) {
  tcp::resolver resolver(context);
  error_code error;
  const auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port), error);
  check(endpoint, error);
  for (const auto& entry : found) {
    if (!allow_remote && !entry.endpoint().address().is_loopback()) {
      refuse(endpoint, fmt::format("{} can be reached from other machines, and who connects can "
                                   "do everything; expected a loopback address",
                                   entry.endpoint().address().to_string()));
    }
  }
  return found.begin()->endpoint();
}

}  // namespace

Listener::Listener(boost::asio::io_context& context, const Endpoint& endpoint, bool allow_remote)
    : endpoint_(endpoint), acceptor_(std::in_place_type<UnixAcceptor>, context) {
  if (endpoint.kind == Endpoint::Kind::unix_socket) {
    remove_stale_socket(context, endpoint_);
    listen_unix(std::get<UnixAcceptor>(acceptor_));
  } else {
    listen_tcp(acceptor_.emplace<TcpAcceptor>(context), resolve(context, endpoint_, allow_remote));
  }
}

Listener::~Listener() {
  struct stat now {};
  if (!file_ || ::lstat(endpoint_.path.c_str(), &now) != 0) return;
  if (now.st_dev == file_->st_dev && now.st_ino == file_->st_ino) {
    ::unlink(endpoint_.path.c_str());
  }
}

void Listener::listen_unix(UnixAcceptor& acceptor) {
  error_code error;
  acceptor.open(stream_protocol(), error);
  check(endpoint_, error);
  {
    const PrivateUmask umask;
    acceptor.bind(stream_protocol::endpoint(endpoint_.path), error);
  }
  check(endpoint_, error);
  struct stat status {};
  if (::lstat(endpoint_.path.c_str(), &status) == 0) file_ = status;
  acceptor.listen(UnixAcceptor::max_listen_connections, error);
  check(endpoint_, error);
}

void Listener::listen_tcp(TcpAcceptor& acceptor, const tcp::endpoint& address) {
  error_code error;
  acceptor.open(address.protocol(), error);
  check(endpoint_, error);
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  check(endpoint_, error);
  acceptor.bind(address, error);
  check(endpoint_, error);
  acceptor.listen(TcpAcceptor::max_listen_connections, error);
  check(endpoint_, error);
  endpoint_.port = acceptor.local_endpoint(error).port();
  check(endpoint_, error);
}

}  // namespace cxlpool::qmp
