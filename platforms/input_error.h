// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "platforms/location.h"

namespace cxlpool::platforms {

/// The input is wrong: where, what, and what would be right. The one error type of everything that
/// reads or checks a platform. what() reads
/// `pool.yaml:14:7: devices[2].volatile: expected a multiple of 256MiB, got 300MiB`; parts of the
/// location that are not known are left out.
class InputError : public std::runtime_error {
 public:
  InputError(Location location, std::string message);

  const Location& location() const { return location_; }
  const std::string& message() const { return message_; }

 private:
  Location location_;
  std::string message_;
};

/// `text` as it may appear in a message: one line, at most some `longest` bytes.
std::string quotable(std::string_view text, std::size_t longest = 40);

}  // namespace cxlpool::platforms
