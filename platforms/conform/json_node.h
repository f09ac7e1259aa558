// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace cxlpool::platforms {

/// Reads a whole file as JSON. Throws InputError for what is not a regular file, is longer than
/// `longest_bytes`, nests deeper than any vector file does, names a key twice, or is not JSON from
/// its first byte to its last.
nlohmann::json load_json(const std::string& file, std::uint64_t longest_bytes);

/// One value of a JSON document, and the path that leads to it. Reading the wrong thing throws
/// InputError with file and path; keys that nobody reads are ignored. A view: the document must
/// outlive it.
class JsonNode {
 public:
  /// Largest integer that every JSON reader keeps exactly; the vectors stay below it.
  static constexpr std::uint64_t exact = (1ull << 53) - 1;

  JsonNode(const std::string& file, const nlohmann::json& value, std::string path = {})
      : file_(&file), value_(&value), path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  /// A member that must be there.
  JsonNode at(const char* key) const;
  /// A member that may be missing; null counts as missing.
  std::optional<JsonNode> find(const char* key) const;
  /// False for what is no object too.
  bool has(const char* key) const;
  /// This, if it is an object.
  const JsonNode& object() const;
  /// The elements of a list, in order.
  std::vector<JsonNode> items() const;
  /// The same of a list that must not be empty.
  std::vector<JsonNode> some_items() const;
  /// Members of an object, by key.
  std::vector<std::pair<std::string, JsonNode>> members() const;

  std::uint64_t number(std::uint64_t most = exact, std::uint64_t least = 0) const;
  /// number(), where the type of the destination is the limit.
  template <typename Unsigned>
  Unsigned number_as() const {
    return static_cast<Unsigned>(number(std::numeric_limits<Unsigned>::max()));
  }
  bool flag() const;
  const std::string& text() const;
  bool is_text() const { return value_->is_string(); }
  /// The value itself.
  const nlohmann::json& json() const { return *value_; }
  bool is_null() const { return value_->is_null(); }
  /// An integer of any sign, in 64 bits.
  std::int64_t signed_number() const;

  [[noreturn]] void fail(const std::string& message) const;

 private:
  [[noreturn]] void expected(const std::string& what) const;

  const std::string* file_;
  const nlohmann::json* value_;
  std::string path_;
};

}  // namespace cxlpool::platforms
