// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// The types that arguments of commands have, as data: what checks arguments, converts enumerations
/// and answers query-qmp-schema.
namespace cxlpool::qmp {

struct Member;

struct ValueType {
  enum class Kind : std::uint8_t {
    string,
    boolean,
    integer,      ///< least..most
    bytes,        ///< a string of hexadecimal digits
    enumeration,  ///< values
    array,        ///< of the one type of element
    object,       ///< members
  };
  Kind kind = Kind::string;
  std::string name;  ///< as in QEMU's schema and messages: uint8_t, CxlEventLog, ..
  std::int64_t least = 0;
  std::uint64_t most = 0;
  std::vector<std::string> values;  ///< in the order of our enumerators
  std::vector<ValueType> element;   ///< one
  std::vector<Member> members;
};

struct Member {
  std::string name;
  ValueType type;
  bool optional = false;
};

ValueType string_type();
ValueType boolean_type();
ValueType uint8_type();
ValueType uint16_type();
ValueType uint32_type();
ValueType uint64_type();
ValueType int16_type();
ValueType size_type();
ValueType bytes_type();
ValueType enum_type(std::string name, std::vector<std::string> values);
ValueType array_type(ValueType element);
ValueType object_type(std::string name, std::vector<Member> members);

inline Member required(std::string name, ValueType type) { return {std::move(name), type, false}; }
inline Member optional(std::string name, ValueType type) { return {std::move(name), type, true}; }

}  // namespace cxlpool::qmp
