// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "models/address/hdm_decoder.h"
#include "models/address/ras_registers.h"

namespace cxlpool::address {

/// The 64 KiB component register block (sources.md 1.1): the CXL capability array at 0x1000, which
/// points at the structures that the component has. Every one has HDM decoders; devices and
/// upstream ports have the RAS capability too, a host bridge leaves it to its root ports. Software
/// must find structures through their pointers.
/// Registers are 4 bytes wide at multiples of 4; any other access reads 0 and writes nothing.
class ComponentRegisters {
 public:
  static constexpr std::uint32_t size_bytes = 0x10000;
  static constexpr std::uint32_t capability_array = 0x1000;
  static constexpr std::uint32_t ras_capability_id = 2;
  static constexpr std::uint32_t hdm_capability_id = 5;

  explicit ComponentRegisters(const HdmDecoderBlock& decoders);

  const HdmDecoderBlock& decoders() const { return decoders_; }
  /// Null where the component has none.
  RasRegisters* ras() { return ras_ ? &*ras_ : nullptr; }

  std::uint32_t read(std::uint32_t offset, unsigned size) const;
  WriteVerdict write(std::uint32_t offset, std::uint32_t value, unsigned size);

  /// A conventional reset: decoders are lost; errors and their masks, which are sticky, stay.
  void reset() { decoders_.reset(); }
  /// Every register takes its reset value.
  void lose_power();

 private:
  HdmDecoderBlock decoders_;
  std::optional<RasRegisters> ras_;
};

/// Offset of the structure of a capability in a component register block, found as a driver finds
/// it: by walking the capability array through `read32(offset)`. 0 when there is none.
template <typename Read32>
std::uint32_t find_capability(Read32&& read32, std::uint32_t id) {
  const std::uint32_t header = read32(ComponentRegisters::capability_array);
  if ((header & 0xFFFF) != 1) return 0;
  for (std::uint32_t i = 1; i <= header >> 24; ++i) {
    const std::uint32_t entry = read32(ComponentRegisters::capability_array + 4 * i);
    if ((entry & 0xFFFF) == id) return ComponentRegisters::capability_array + (entry >> 20);
  }
  return 0;
}

template <typename Read32>
std::uint32_t find_hdm_structure(Read32&& read32) {
  return find_capability(read32, ComponentRegisters::hdm_capability_id);
}

}  // namespace cxlpool::address
