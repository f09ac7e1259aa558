// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platforms/builder.h"

/// Replay of firmware's register accesses, one a line:
///
///     # programs the first decoder of a host bridge
///     write h0.hb0 hdm.global_control 0x2
///     write h0.hb0 decoder[0].base_low 0x10000000
///     write h0.hb0 0x1220 0x1200          # any offset of the component's register space
///     write mem0 dvsec.control 0x4 size=2
///     read  h0.hb0 decoder[0].control 0x1600
///
/// Registers: hdm.capability, hdm.global_control, decoder[N].{base_low, base_high, size_low,
/// size_high, control, target_low, target_high, skip_low, skip_high}, dvsec.control (devices), or
/// an offset. A read may name the value it must find. Numbers are decimal or 0x.
namespace cxlpool::platforms {

struct MmioStep {
  bool is_write = false;
  std::string component;
  std::string reg;  ///< as written
  std::optional<std::uint64_t> value;
  unsigned size = 4;
  Location location;
};

struct MmioVerdict {
  MmioStep step;
  std::uint64_t offset = 0;
  std::uint64_t read_value = 0;
  bool ok = true;  ///< false: a read found something else, a commit failed, a write was ignored
  std::string verdict;  ///< one sentence
};

/// Throws InputError with line and column.
std::vector<MmioStep> read_mmio_script(const std::string& path);
std::vector<MmioStep> read_mmio_text(std::istream& text, const std::string& file);

/// Carries the steps out in order. Throws InputError for a component or register that is not there.
std::vector<MmioVerdict> replay(Platform& platform, const std::vector<MmioStep>& steps);

}  // namespace cxlpool::platforms
