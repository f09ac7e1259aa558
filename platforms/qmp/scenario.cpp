// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/scenario.h"

#include <algorithm>
#include <fstream>
#include <ostream>
#include <sstream>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/qmp/json_text.h"
#include "platforms/qmp/monitor.h"
#include "platforms/qmp/session.h"
#include "platforms/qmp/splitter.h"
#include "platforms/scalar.h"
#include "traffic/files.h"

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const platforms::Location& where, const std::string& message) {
  throw platforms::InputError(where, message);
}

/// The one value that `line` is, within the limits that hold on the wire.
json value_of(std::string_view line, const platforms::Location& where) {
  Splitter splitter;
  splitter.push(line);
  const auto piece = splitter.next();
  if (!piece) refuse(where, "expected a QMP command, the JSON object is not complete");
  if (piece->kind != Splitter::Piece::Kind::value) refuse(where, piece->text);
  const Result<json> value = parse_json(piece->text);
  if (!value) refuse(where, value.error().desc);
  if (splitter.next() || splitter.within_value()) {
    refuse(where, "expected one QMP command a line, there is more");
  }
  return *value;
}

std::optional<timing::Picoseconds> take_time(json& request, const platforms::Location& where) {
  const auto at = request.find("at");
  if (at == request.end()) return std::nullopt;
  if (!at->is_string()) refuse(where, R"(at: expected a time with its unit, such as "1.5us")");
  const auto time = platforms::parse_duration(at->get_ref<const std::string&>());
  if (!time) refuse(where, "at: " + time.problem());
  request.erase(at);
  return *time;
}

ScenarioStep step_of(std::string_view line, const platforms::Location& where) {
  ScenarioStep step;
  step.line = where.line;
  step.request = value_of(line, where);
  if (!step.request.is_object()) refuse(where, "expected a QMP command, a JSON object");
  const auto execute = step.request.find("execute");
  if (execute == step.request.end() || !execute->is_string()) {
    refuse(where, R"(expected a QMP command: {"execute": NAME, "arguments": {..}})");
  }
  step.at = take_time(step.request, where);
  // Numbers can be longer when they are written anew.
  if (dump_json(step.request).size() > Splitter::max_value_bytes) refuse(where, "is too long");
  return step;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// What the session has to say, with line ends as files have them; and how many errors that is.
std::size_t write_lines(Session& session, std::ostream& replies) {
  std::string lines = session.take_output();
  lines.erase(std::remove(lines.begin(), lines.end(), '\r'), lines.end());
  replies << lines;
  std::size_t errors = 0;
  std::istringstream each(lines);
  for (std::string line; std::getline(each, line);) {
    const Result<json> reply = parse_json(line);
    if (reply && reply->contains("error")) ++errors;
  }
  return errors;
}

void negotiate(Session& session, const std::vector<ScenarioStep>& steps) {
  if (steps.empty() || steps.front().request.at("execute") != "qmp_capabilities") {
    session.receive(R"({"execute": "qmp_capabilities"})");
  }
  session.take_output();
}

}  // namespace

Scenario Scenario::read(const std::string& file) {
  const std::string kind = traffic::irregular_kind(file);
  if (!kind.empty()) refuse({file, 0, 0, {}}, "expected a regular file, got " + kind);
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  char block[1 << 16];
  while (stream && text.size() <= max_file_bytes) {
    stream.read(block, sizeof block);
    text.append(block, static_cast<std::size_t>(stream.gcount()));
  }
  platforms::Location where;
  where.file = file;
  if (text.size() > max_file_bytes) refuse(where, "a scenario has at most 64MiB");
  if (!stream.eof()) refuse(where, "cannot be read");
  return parse(text, file);
}

Scenario Scenario::parse(std::string_view text, const std::string& file) {
  Scenario scenario;
  platforms::Location where;
  where.file = file;
  where.column = 1;
  timing::Picoseconds last = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++where.line;
    if (is_blank(line)) continue;
    scenario.steps_.push_back(step_of(line, where));
    const timing::Picoseconds at = scenario.steps_.back().at.value_or(last);
    if (at < last) {
      refuse(where, fmt::format("at: expected {} or later, as the line before",
                                platforms::format_duration(last)));
    }
    last = at;
  }
  return scenario;
}

Scenario::Outcome Scenario::run(Machine& machine, std::ostream& replies) const {
  Outcome outcome;
  Monitor monitor(machine);
  Session session(monitor);
  negotiate(session, steps_);
  for (const ScenarioStep& step : steps_) {
    if (step.at) {
      machine.advance_to(*step.at);
      monitor.publish_changes();
    }
    session.receive(dump_json(step.request) + "\n");
    outcome.errors += write_lines(session, replies);
    ++outcome.commands;
    if (monitor.quitting()) break;
  }
  outcome.quit = monitor.quitting();
  return outcome;
}

}  // namespace cxlpool::qmp
