// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/address/component_registers.h"

namespace cxlpool::fabric {

/// Writes a component register; when that would change what decodes where, `revoke` is called
/// first, so that nobody can still use the old decode once the new one is there.
template <typename Revoke>
address::WriteVerdict write_with_revoke(address::ComponentRegisters& registers,
                                        std::uint64_t offset, std::uint64_t value, unsigned size,
                                        Revoke&& revoke) {
  if (offset >= address::ComponentRegisters::size_bytes) {
    address::WriteVerdict verdict;
    verdict.effect = address::WriteVerdict::Effect::ignored_read_only;
    return verdict;
  }
  const auto reg = static_cast<std::uint32_t>(offset);
  const auto word = static_cast<std::uint32_t>(value);
  address::ComponentRegisters trial = registers;
  if (trial.write(reg, word, size).decode_changed) revoke();
  // Not `registers = trial`: whoever was revoked may have written registers in between.
  return registers.write(reg, word, size);
}

}  // namespace cxlpool::fabric
