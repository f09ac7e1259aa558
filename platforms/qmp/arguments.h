// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "platforms/qmp/result.h"
#include "platforms/qmp/value_types.h"

namespace cxlpool::qmp {

/// The arguments that a command takes. Where one of them decides which others there are (a QAPI
/// union), `discriminator` names it and `branches` has the others by its value.
struct Signature {
  std::vector<Member> members;
  std::string discriminator;
  std::vector<std::pair<std::string, std::vector<Member>>> branches;
};

/// What is wrong with `arguments`, in QEMU's words and found in QEMU's order: member by member as
/// they are declared, then whatever was not declared. Stricter than QEMU in one thing: a negative
/// number is no uint64.
std::optional<Error> check_arguments(const Signature& signature, const nlohmann::json& arguments);

/// Arguments that have been checked, as C++ values. Asking for what the signature does not have is
/// a bug, and throws.
class Arguments {
 public:
  Arguments(const Signature& signature, const nlohmann::json& values)
      : signature_(signature), values_(values) {}

  bool has(const std::string& name) const { return values_.contains(name); }

  template <class T>
  T get(const std::string& name) const {
    return values_.at(name).get<T>();
  }
  template <class T>
  T get(const std::string& name, T otherwise) const {
    return has(name) ? get<T>(name) : otherwise;
  }
  template <class T>
  std::optional<T> find(const std::string& name) const {
    return has(name) ? std::optional<T>(get<T>(name)) : std::nullopt;
  }
  /// Which of the declared values it is, from 0.
  std::size_t index_of(const std::string& name) const;
  std::vector<std::uint8_t> bytes(const std::string& name) const;
  const nlohmann::json& at(const std::string& name) const { return values_.at(name); }

 private:
  const Signature& signature_;
  const nlohmann::json& values_;
};

/// Which of the values of `type` the string `value` is.
std::size_t index_in(const ValueType& type, const nlohmann::json& value);

}  // namespace cxlpool::qmp
