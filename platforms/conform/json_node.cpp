// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/json_node.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "traffic/files.h"

namespace cxlpool::platforms {

using nlohmann::json;

namespace {

constexpr int deepest = 64;

[[noreturn]] void fail_file(const std::string& file, const std::string& message) {
  throw InputError({file, 0, 0, {}}, message);
}

/// Stops the parser at what a reader of finished documents could not see any more.
class ParseWatch {
 public:
  explicit ParseWatch(const std::string& file) : file_(file) {}

  bool operator()(int depth, json::parse_event_t event, json& parsed) {
    if (depth > deepest) fail_file(file_, fmt::format("nested deeper than {} levels", deepest));
    if (event == json::parse_event_t::object_start) {
      keys_.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      keys_.pop_back();
    } else if (event == json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_.back().insert(key).second) {
        fail_file(file_, fmt::format("the key \"{}\" is named twice in one object", quotable(key)));
      }
    }
    return true;
  }

 private:
  const std::string& file_;
  std::vector<std::set<std::string>> keys_;
};

/// Where in `text` the parser gave up, and over what.
std::string flaw(const std::string& text, const json::exception& bad) {
  const auto* error = dynamic_cast<const json::parse_error*>(&bad);
  if (error == nullptr || error->byte == 0) return ", got bytes that are none";
  if (error->byte > text.size()) return ", but the file ends in the middle of it";
  const std::string before = text.substr(0, error->byte - 1);
  const std::size_t line_start = before.rfind('\n') + 1;
  return fmt::format("; line {}, column {} begins what is none: {}",
                     1 + std::count(before.begin(), before.end(), '\n'),
                     before.size() - line_start + 1, quotable(text.substr(before.size()), 24));
}

std::string shown(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  return quotable(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace

json load_json(const std::string& file, std::uint64_t longest_bytes) {
  const std::string kind = traffic::irregular_kind(file);
  if (!kind.empty()) fail_file(file, "expected a regular file, got " + kind);
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) fail_file(file, "cannot be read: " + error.message());
  if (size > longest_bytes) {
    fail_file(file,
              fmt::format("{} bytes long; vector files have at most {}", size, longest_bytes));
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail_file(file, "cannot be opened");
  std::string text(static_cast<std::size_t>(size), '\0');
  stream.read(text.data(), static_cast<std::streamsize>(size));
  if (stream.gcount() != static_cast<std::streamsize>(size)) fail_file(file, "cannot be read");
  if (text.empty()) fail_file(file, "empty");
  try {
    return json::parse(text, ParseWatch(file));
  } catch (const json::exception& bad) {
    fail_file(file, "expected JSON" + flaw(text, bad));
  }
}

JsonNode JsonNode::at(const char* key) const {
  object();
  const auto member = value_->find(key);
  if (member == value_->end()) fail(fmt::format("the key \"{}\" is missing", key));
  return JsonNode(*file_, *member, path_.empty() ? key : path_ + "." + key);
}

std::optional<JsonNode> JsonNode::find(const char* key) const {
  object();
  const auto member = value_->find(key);
  if (member == value_->end() || member->is_null()) return std::nullopt;
  return at(key);
}

bool JsonNode::has(const char* key) const { return value_->is_object() && value_->contains(key); }

const JsonNode& JsonNode::object() const {
  if (!value_->is_object()) expected("an object");
  return *this;
}

std::vector<JsonNode> JsonNode::items() const {
  if (!value_->is_array()) expected("a list");
  std::vector<JsonNode> items;
  items.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i) {
    items.emplace_back(*file_, (*value_)[i], fmt::format("{}[{}]", path_, i));
  }
  return items;
}

std::vector<JsonNode> JsonNode::some_items() const {
  auto all = items();
  if (all.empty()) fail("expected at least one entry, got an empty list");
  return all;
}

std::vector<std::pair<std::string, JsonNode>> JsonNode::members() const {
  object();
  std::vector<std::pair<std::string, JsonNode>> members;
  for (const auto& member : value_->items()) {
    members.emplace_back(member.key(), at(member.key().c_str()));
  }
  return members;
}

std::uint64_t JsonNode::number(std::uint64_t most, std::uint64_t least) const {
  const auto wanted = [&] { return fmt::format("an integer from {} to {}", least, most); };
  if (!value_->is_number_unsigned()) expected(wanted());
  const auto number = value_->get<std::uint64_t>();
  if (number < least || number > most) expected(wanted());
  return number;
}

std::int64_t JsonNode::signed_number() const {
  if (!value_->is_number_integer()) expected("an integer");
  if (value_->is_number_unsigned()) {
    return static_cast<std::int64_t>(number(std::numeric_limits<std::int64_t>::max()));
  }
  return value_->get<std::int64_t>();
}

bool JsonNode::flag() const {
  if (!value_->is_boolean()) expected("true or false");
  return value_->get<bool>();
}

const std::string& JsonNode::text() const {
  if (!value_->is_string()) expected("a string");
  return value_->get_ref<const std::string&>();
}

void JsonNode::fail(const std::string& message) const {
  throw InputError({*file_, 0, 0, path_}, message);
}

void JsonNode::expected(const std::string& what) const {
  fail(fmt::format("expected {}, got {}", what, shown(*value_)));
}

}  // namespace cxlpool::platforms
