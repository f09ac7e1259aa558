// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/endpoint.h"

#include <algorithm>
#include <charconv>
#include <sys/un.h>

#include <fmt/format.h>

#include "platforms/input_error.h"

namespace cxlpool::qmp {
namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& message) {
  throw platforms::InputError(
      {}, fmt::format("QMP address '{}': {}", platforms::quotable(text, 120), message));
}

/// Without the options that QEMU users write behind an address.
std::string_view without_options(std::string_view text) {
  const std::size_t comma = text.find(',');
  std::string_view rest = comma == std::string_view::npos ? "" : text.substr(comma);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(',', 1), rest.size());
    const std::string_view option = rest.substr(1, end - 1);
    if (option != "server" && option != "nowait" && option != "server=on" && option != "wait=off") {
      refuse(text, fmt::format("option '{}' is not known here", platforms::quotable(option)));
    }
    rest.remove_prefix(end);
  }
  return text.substr(0, comma);
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

Endpoint unix_endpoint(std::string_view text, std::string_view path) {
  const std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.empty()) refuse(text, "expected a path after unix:");
  if (path.size() > longest) {
    refuse(text,
           fmt::format("a socket's path has at most {} bytes, this has {}", longest, path.size()));
  }
  Endpoint endpoint;
  endpoint.path = path;
  return endpoint;
}

Endpoint tcp_endpoint(std::string_view text, std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) refuse(text, "expected tcp:HOST:PORT");
  std::string_view host = address.substr(0, colon);
  const std::string_view port = address.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    refuse(text, "an IPv6 address stands in brackets");
  }
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::tcp;
  endpoint.host = host;
  const char* end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data(), end, endpoint.port);
  if (error != std::errc() || stop != end) refuse(text, "expected a port from 0 to 65535");
  return endpoint;
}

}  // namespace

Endpoint parse_endpoint(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) refuse(text, "NUL in an address");
  std::string_view address = without_options(text);
  if (take_prefix(address, "unix:")) return unix_endpoint(text, address);
  if (take_prefix(address, "tcp:")) return tcp_endpoint(text, address);
  refuse(text, "expected unix:PATH or tcp:HOST:PORT");
}

std::string to_string(const Endpoint& endpoint) {
  if (endpoint.kind == Endpoint::Kind::unix_socket) return "unix:" + endpoint.path;
  const bool brackets = endpoint.host.find(':') != std::string::npos;
  return brackets ? fmt::format("tcp:[{}]:{}", endpoint.host, endpoint.port)
                  : fmt::format("tcp:{}:{}", endpoint.host, endpoint.port);
}

}  // namespace cxlpool::qmp
