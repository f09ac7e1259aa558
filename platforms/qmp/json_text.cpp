// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/json_text.h"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "platforms/input_error.h"

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

/// Remembers the keys of every object that is open, since a later one silently replaces an earlier.
class DuplicateKeys {
 public:
  bool operator()(int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) open_.emplace_back();
    if (event == json::parse_event_t::object_end) open_.pop_back();
    if (event == json::parse_event_t::key &&
        !open_.back().insert(value.get<std::string>()).second) {
      found_ = true;
    }
    return true;
  }
  bool found() const { return found_; }

 private:
  std::vector<std::set<std::string>> open_;
  bool found_ = false;
};

/// Without the library's own classification in front.
std::string reason_of(std::string_view what) {
  const std::size_t end = what.find("] ");
  if (end != std::string_view::npos) what.remove_prefix(end + 2);
  const std::size_t longest = 160;
  return platforms::quotable(what, longest);
}

}  // namespace

Result<json> parse_json(std::string_view text) {
  DuplicateKeys duplicates;
  json value;
  try {
    value = json::parse(text.begin(), text.end(), std::ref(duplicates));
  } catch (const json::exception& error) {
    return generic_error(fmt::format("JSON parse error, {}", reason_of(error.what())));
  }
  if (duplicates.found()) return generic_error("JSON parse error, duplicate key");
  return value;
}

std::string dump_json(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace cxlpool::qmp
