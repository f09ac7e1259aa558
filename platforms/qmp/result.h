// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace cxlpool::qmp {

/// The classes that QEMU's errors have; clients tell them apart, texts are for people.
enum class ErrorClass : std::uint8_t {
  generic_error,
  command_not_found,
  device_not_active,
  device_not_found,
  kvm_missing_cap,
};

/// As it stands on the wire: `GenericError`, `CommandNotFound`, ..
const char* to_string(ErrorClass error_class);

/// Why a command did nothing. An error is an answer like any other: the machine is unchanged.
struct Error {
  ErrorClass error_class = ErrorClass::generic_error;
  std::string desc;
};

/// What a command gives, or why it did nothing.
template <class T>
class Result {
 public:
  Result(T value) : content_(std::move(value)) {}      // NOLINT: a value is a result
  Result(Error error) : content_(std::move(error)) {}  // NOLINT: and so is an error

  bool ok() const { return std::holds_alternative<T>(content_); }
  explicit operator bool() const { return ok(); }
  const T& operator*() const { return std::get<T>(content_); }
  const T* operator->() const { return &std::get<T>(content_); }
  const Error& error() const { return std::get<Error>(content_); }

 private:
  std::variant<T, Error> content_;
};

/// Of a command that gives nothing.
using Done = std::monostate;
using Status = Result<Done>;

inline Error generic_error(std::string desc) {
  return {ErrorClass::generic_error, std::move(desc)};
}

}  // namespace cxlpool::qmp
