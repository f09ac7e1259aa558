// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cxlpool::traffic {

/// How accesses are carried out and how much of time they know.
enum class Mode : std::uint8_t {
  functional,  ///< no time passes: hosts take turns of a fixed number of requests
  lt,          ///< loosely timed: blocking transport, all run ahead of the kernel by the quantum
  at,          ///< approximately timed: the four phases, requests wait in the fabric's queues
};

inline constexpr std::array<Mode, 3> modes = {Mode::functional, Mode::lt, Mode::at};

/// As --mode names it.
constexpr const char* name_of(Mode mode) {
  return mode == Mode::functional ? "functional" : mode == Mode::lt ? "lt" : "at";
}

constexpr std::optional<Mode> mode_of(std::string_view name) {
  for (const Mode mode : modes) {
    if (name == name_of(mode)) return mode;
  }
  return std::nullopt;
}

}  // namespace cxlpool::traffic
