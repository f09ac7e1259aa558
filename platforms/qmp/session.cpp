// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/qmp/json_text.h"
#include "platforms/qmp/version_reply.h"

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

json error_reply(const Error& error) {
  return {{"error", {{"class", to_string(error.error_class)}, {"desc", error.desc}}}};
}

std::optional<Error> check_request(const json& request) {
  if (!request.is_object()) return generic_error("QMP input must be a JSON object");
  for (const auto& [name, value] : request.items()) {
    if (name == "execute") {
      if (!value.is_string()) {
        return generic_error("QMP input member 'execute' must be a string");
      }
    } else if (name == "arguments") {
      if (!value.is_object()) {
        return generic_error("QMP input member 'arguments' must be an object");
      }
    } else if (name != "id") {
      return generic_error(
          fmt::format("QMP input member '{}' is unexpected", platforms::quotable(name)));
    }
  }
  if (!request.contains("execute")) return generic_error("QMP input lacks member 'execute'");
  return std::nullopt;
}

Error not_found(const std::string& command) {
  return {ErrorClass::command_not_found,
          fmt::format("The command {} has not been found", platforms::quotable(command))};
}

}  // namespace

Session::Session(Monitor& monitor) : monitor_(monitor) {
  monitor_.sessions_.push_back(this);
  send({{"QMP", {{"version", version_reply()}, {"capabilities", json::array()}}}});
}

Session::~Session() {
  auto& sessions = monitor_.sessions_;
  sessions.erase(std::remove(sessions.begin(), sessions.end(), this), sessions.end());
}

void Session::receive(std::string_view bytes) {
  if (closed_ || monitor_.quitting()) return;
  splitter_.push(bytes);
  resume();
}

void Session::resume() {
  paused_ = false;
  while (!closed_ && !monitor_.quitting()) {
    if (output_.size() + in_flight_ >= output_pause) {
      paused_ = true;
      return;
    }
    const auto piece = splitter_.next();
    if (!piece) return;
    send(answer(*piece));
    settle();
    if (piece->kind == Splitter::Piece::Kind::fatal) closed_ = true;
  }
}

std::string Session::take_output() { return std::exchange(output_, {}); }

void Session::notify(const json& event) {
  if (negotiated_ && !closed_) send(event);
}

json Session::answer(const Splitter::Piece& piece) {
  if (piece.kind != Splitter::Piece::Kind::value) return error_reply(generic_error(piece.text));
  const Result<json> request = parse_json(piece.text);
  if (!request) return error_reply(request.error());
  const Result<json> result = dispatch(*request);
  json reply = result ? json{{"return", *result}} : error_reply(result.error());
  if (request->is_object() && request->contains("id")) reply["id"] = request->at("id");
  return reply;
}

Result<json> Session::dispatch(const json& request) {
  if (auto wrong = check_request(request)) return *wrong;
  const auto name = request.at("execute").get<std::string>();
  if (!negotiated_ && name != "qmp_capabilities") {
    return Error{ErrorClass::command_not_found,
                 "Expecting capabilities negotiation with 'qmp_capabilities'"};
  }
  const Command* command = find_command(monitor_.commands(), name);
  if (command == nullptr) return not_found(name);
  return execute(*command, request.value("arguments", json::object()));
}

namespace {

/// What the system refuses, such as memory for a device, is one client's error and not the end of
/// the others.
Result<json> run_guarded(const Command& command, Context& context, const Arguments& arguments) {
  try {
    return command.run(context, arguments);
  } catch (const std::exception& error) {
    return generic_error(error.what());
  }
}

}  // namespace

Result<json> Session::execute(const Command& command, const json& arguments) {
  if (auto wrong = check_arguments(command.signature, arguments)) return *wrong;
  Context context{monitor_.machine(), monitor_.commands(), negotiated_};
  Result<json> result = run_guarded(command, context, Arguments(command.signature, arguments));
  negotiated_ = context.negotiated;
  quit_requested_ = context.quit;
  reset_done_ = context.reset;
  return result;
}

/// Events that the command caused come after its answer, in every session.
void Session::settle() {
  monitor_.publish_changes();
  if (std::exchange(reset_done_, false)) monitor_.publish_reset();
  if (std::exchange(quit_requested_, false)) monitor_.quit();
}

void Session::send(const json& line) {
  if (overrun_) return;
  output_ += dump_json(line);
  output_ += "\r\n";
  if (output_.size() + in_flight_ > max_output_bytes) {
    closed_ = overrun_ = true;
    output_.clear();
  }
}

}  // namespace cxlpool::qmp
