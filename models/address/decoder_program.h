// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/address/hdm_decoder.h"

namespace cxlpool::address {

/// What software wants one HDM decoder to hold. Values that registers cannot hold (reserved ways,
/// sizes below 256 MiB) are the caller's to refuse.
struct DecoderProgram {
  unsigned index = 0;
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  Interleave interleave;
  std::array<std::uint8_t, 8> targets{};  ///< port numbers; bridges and switches
  std::uint64_t skip = 0;                 ///< bytes of DPA; devices
  bool lock = false;
  bool commit = true;
};

/// One 4-byte register write, at an offset from the HDM decoder structure.
struct RegisterWrite {
  std::uint32_t offset = 0;
  std::uint32_t value = 0;
};

/// The writes that program a decoder, in the order of the Linux driver (sources.md 1.4): base,
/// size, target list or skip, high half first, and control with COMMIT last.
std::vector<RegisterWrite> register_writes(ComponentKind kind, const DecoderProgram& program);

}  // namespace cxlpool::address
