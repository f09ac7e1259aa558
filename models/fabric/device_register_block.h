// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/address/component_registers.h"
#include "models/command/device_registers.h"

namespace cxlpool::fabric {

/// Where device registers lie on the MMIO socket of a device or a switch: from `offset` on, behind
/// the other blocks. Beyond their end, where the socket ends too, reads are 0 and writes ignored.
struct DeviceRegisterBlock {
  static constexpr std::uint64_t offset = 0x20000;

  /// Of an offset on the socket; the other two expect one that begins here.
  static bool begins_by(std::uint64_t mmio_offset) { return mmio_offset >= offset; }

  static std::uint64_t read(const command::DeviceRegisters& registers, std::uint64_t mmio_offset,
                            unsigned size) {
    const std::uint64_t at = mmio_offset - offset;
    return at < registers.size_bytes() ? registers.read(static_cast<std::uint32_t>(at), size) : 0;
  }

  static address::WriteVerdict write(command::DeviceRegisters& registers, std::uint64_t mmio_offset,
                                     std::uint64_t value, unsigned size) {
    address::WriteVerdict verdict;
    const std::uint64_t at = mmio_offset - offset;
    if (at < registers.size_bytes()) {
      registers.write(static_cast<std::uint32_t>(at), value, size);
    } else {
      verdict.effect = address::WriteVerdict::Effect::ignored_read_only;
    }
    return verdict;
  }
};

}  // namespace cxlpool::fabric
