// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/value_types.h"

#include <limits>
#include <utility>

namespace cxlpool::qmp {
namespace {

ValueType named(ValueType::Kind kind, std::string name) {
  ValueType type;
  type.kind = kind;
  type.name = std::move(name);
  return type;
}

template <class T>
ValueType integer_type(std::string name) {
  ValueType type = named(ValueType::Kind::integer, std::move(name));
  type.least = static_cast<std::int64_t>(std::numeric_limits<T>::min());
  type.most = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  return type;
}

}  // namespace

ValueType string_type() { return named(ValueType::Kind::string, "str"); }
ValueType boolean_type() { return named(ValueType::Kind::boolean, "bool"); }
ValueType uint8_type() { return integer_type<std::uint8_t>("uint8_t"); }
ValueType uint16_type() { return integer_type<std::uint16_t>("uint16_t"); }
ValueType uint32_type() { return integer_type<std::uint32_t>("uint32_t"); }
ValueType uint64_type() { return integer_type<std::uint64_t>("uint64_t"); }
ValueType int16_type() { return integer_type<std::int16_t>("int16_t"); }
ValueType size_type() { return integer_type<std::uint64_t>("size"); }
ValueType bytes_type() { return named(ValueType::Kind::bytes, "hex bytes"); }

ValueType enum_type(std::string name, std::vector<std::string> values) {
  ValueType type = named(ValueType::Kind::enumeration, std::move(name));
  type.values = std::move(values);
  return type;
}

ValueType array_type(ValueType element) {
  ValueType type = named(ValueType::Kind::array, "[" + element.name + "]");
  type.element.push_back(std::move(element));
  return type;
}

ValueType object_type(std::string name, std::vector<Member> members) {
  ValueType type = named(ValueType::Kind::object, std::move(name));
  type.members = std::move(members);
  return type;
}

}  // namespace cxlpool::qmp
