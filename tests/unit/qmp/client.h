// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "fake_machine.h"
#include "platforms/qmp/session.h"

namespace cxlpool::qmp::test {

inline std::vector<nlohmann::json> lines_of(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

/// A session in command mode on a machine of its own.
struct Client {
  FakeMachine machine;
  Monitor monitor{machine};
  Session session{monitor};

  Client() {
    send(R"({"execute": "qmp_capabilities"})");
    session.take_output();
  }

  void send(const std::string& text) { session.receive(text); }

  std::vector<nlohmann::json> take() { return lines_of(session.take_output()); }

  /// The one answer to `text`.
  nlohmann::json ask(const std::string& text) {
    send(text);
    const auto lines = take();
    return lines.empty() ? nlohmann::json() : lines.front();
  }

  nlohmann::json execute(const std::string& command,
                         const nlohmann::json& arguments = nlohmann::json::object()) {
    return ask(nlohmann::json{{"execute", command}, {"arguments", arguments}}.dump());
  }

  /// The text of the error, or what there was instead.
  std::string error(const std::string& command, const nlohmann::json& arguments) {
    const nlohmann::json reply = execute(command, arguments);
    return reply.contains("error") ? reply.at("error").at("desc").get<std::string>() : reply.dump();
  }
};

inline const nlohmann::json& empty_return() {
  static const nlohmann::json reply = {{"return", nlohmann::json::object()}};
  return reply;
}

}  // namespace cxlpool::qmp::test
