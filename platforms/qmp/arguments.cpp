// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/arguments.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/qmp/hex.h"

namespace cxlpool::qmp {
namespace {

using nlohmann::json;
using Problem = std::optional<Error>;
using Kind = ValueType::Kind;

Problem problem(std::string text) { return generic_error(std::move(text)); }

Problem check_value(const ValueType& type, const json& value, const std::string& name);

Problem wrong_type(const std::string& name, const char* expected) {
  return problem(fmt::format("Invalid parameter type for '{}', expected: {}", name, expected));
}

Problem check_integer(const ValueType& type, const json& value, const std::string& name) {
  if (!value.is_number_integer()) return wrong_type(name, "integer");
  const bool negative = !value.is_number_unsigned() && value.get<std::int64_t>() < 0;
  const bool fits =
      negative ? value.get<std::int64_t>() >= type.least : value.get<std::uint64_t>() <= type.most;
  if (fits) return std::nullopt;
  return problem(fmt::format("Parameter '{}' expects {}", name, type.name));
}

Problem check_bytes(const json& value, const std::string& name) {
  if (!value.is_string()) return wrong_type(name, "string");
  if (from_hex(value.get_ref<const std::string&>())) return std::nullopt;
  return problem(fmt::format("Parameter '{}' expects an even number of hex digits", name));
}

Problem check_enum(const ValueType& type, const json& value, const std::string& name) {
  if (!value.is_string()) return wrong_type(name, "string");
  const auto& text = value.get_ref<const std::string&>();
  if (std::find(type.values.begin(), type.values.end(), text) != type.values.end()) return {};
  return problem(
      fmt::format("Parameter '{}' does not accept value '{}'", name, platforms::quotable(text)));
}

Problem check_array(const ValueType& type, const json& value, const std::string& name) {
  if (!value.is_array()) return wrong_type(name, "array");
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (auto found = check_value(type.element[0], value[i], fmt::format("{}[{}]", name, i))) {
      return found;
    }
  }
  return std::nullopt;
}

std::string joined(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

Problem check_members(const std::vector<Member>& members, const json& object,
                      const std::string& prefix) {
  for (const Member& member : members) {
    const std::string name = joined(prefix, member.name);
    const auto found = object.find(member.name);
    if (found == object.end()) {
      if (!member.optional) return problem(fmt::format("Parameter '{}' is missing", name));
    } else if (auto wrong = check_value(member.type, *found, name)) {
      return wrong;
    }
  }
  return std::nullopt;
}

bool declares(const std::vector<Member>& members, const std::string& name) {
  return std::any_of(members.begin(), members.end(),
                     [&](const Member& member) { return member.name == name; });
}

Problem unexpected(const std::string& prefix, const std::string& name) {
  const std::string shown = platforms::quotable(joined(prefix, name), 80);
  return problem(fmt::format("Parameter '{}' is unexpected", shown));
}

Problem check_object(const ValueType& type, const json& value, const std::string& name) {
  if (!value.is_object()) return wrong_type(name, "object");
  if (auto wrong = check_members(type.members, value, name)) return wrong;
  for (const auto& item : value.items()) {
    if (!declares(type.members, item.key())) return unexpected(name, item.key());
  }
  return std::nullopt;
}

Problem check_value(const ValueType& type, const json& value, const std::string& name) {
  switch (type.kind) {
    case Kind::string:
      return value.is_string() ? std::nullopt : wrong_type(name, "string");
    case Kind::boolean:
      return value.is_boolean() ? std::nullopt : wrong_type(name, "boolean");
    case Kind::integer:
      return check_integer(type, value, name);
    case Kind::bytes:
      return check_bytes(value, name);
    case Kind::enumeration:
      return check_enum(type, value, name);
    case Kind::array:
      return check_array(type, value, name);
    case Kind::object:
      return check_object(type, value, name);
  }
  return std::nullopt;
}

/// The members that the discriminator adds; none without one.
const std::vector<Member>& branch_of(const Signature& signature, const json& arguments) {
  static const std::vector<Member> none;
  if (signature.discriminator.empty()) return none;
  const auto& value = arguments.at(signature.discriminator).get_ref<const std::string&>();
  for (const auto& [branch, members] : signature.branches) {
    if (branch == value) return members;
  }
  return none;
}

}  // namespace

Problem check_arguments(const Signature& signature, const json& arguments) {
  if (auto wrong = check_members(signature.members, arguments, "")) return wrong;
  const std::vector<Member>& branch = branch_of(signature, arguments);
  if (auto wrong = check_members(branch, arguments, "")) return wrong;
  for (const auto& item : arguments.items()) {
    if (!declares(signature.members, item.key()) && !declares(branch, item.key())) {
      return unexpected("", item.key());
    }
  }
  return std::nullopt;
}

std::size_t index_in(const ValueType& type, const json& value) {
  const auto found =
      std::find(type.values.begin(), type.values.end(), value.get_ref<const std::string&>());
  if (found == type.values.end()) throw std::logic_error("an enumeration that was not checked");
  return static_cast<std::size_t>(found - type.values.begin());
}

std::size_t Arguments::index_of(const std::string& name) const {
  for (const Member& member : signature_.members) {
    if (member.name == name) return index_in(member.type, values_.at(name));
  }
  throw std::logic_error("no such argument: " + name);
}

std::vector<std::uint8_t> Arguments::bytes(const std::string& name) const {
  return from_hex(values_.at(name).get_ref<const std::string&>()).value();
}

}  // namespace cxlpool::qmp
