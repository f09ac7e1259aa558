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
  address::ComponentRegisters next = registers;
  const auto verdict =
      next.write(static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(value), size);
  if (verdict.decode_changed) revoke();
  registers = next;
  return verdict;
}

}  // namespace cxlpool::fabric
