// SPDX-License-Identifier: Apache-2.0
// Register accesses and detected errors in any order, on a device's component registers, an
// upstream port's and a host bridge's: a byte that chooses which, a byte that says what, two of
// offset and four of value, over and over.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "models/address/component_registers.h"

using namespace cxlpool::address;

namespace {

constexpr std::size_t action_bytes = 8;

ComponentRegisters registers_of(ComponentKind kind) {
  return ComponentRegisters(HdmDecoderBlock(kind, HdmCapability::standard(kind)));
}

void expect(bool holds) {
  if (!holds) std::abort();
}

/// What holds of the error registers, whatever happened.
void check_errors(const ComponentRegisters& registers, std::uint32_t begin) {
  const auto read = [&](std::uint32_t reg) { return registers.read(begin + reg, 4); };
  const std::uint32_t status = read(ras::uncorrectable_status);
  expect((status & ~ras::uncorrectable_bits) == 0);
  expect((read(ras::uncorrectable_mask) & ~ras::uncorrectable_bits) == 0);
  expect((read(ras::uncorrectable_severity) & ~ras::uncorrectable_bits) == 0);
  expect((read(ras::correctable_status) & ~ras::correctable_bits) == 0);
  expect((read(ras::correctable_mask) & ~ras::correctable_bits) == 0);
  expect((read(ras::control) & ras::multiple_header_recording) != 0);
}

void detect(RasRegisters& ras, std::uint8_t action, std::uint32_t value) {
  if ((action & 8) == 0) {
    ras.record(correctable_errors[value % correctable_errors.size()]);
    return;
  }
  const UncorrectableError error = uncorrectable_errors[value % uncorrectable_errors.size()];
  const bool masked = (ras.read(ras::uncorrectable_mask) >> static_cast<unsigned>(error) & 1) != 0;
  HeaderLog header{};
  header.fill(value);
  expect(ras.record(error, header).has_value() != masked);
}

void act(ComponentRegisters& registers, std::uint8_t action, std::uint32_t offset,
         std::uint32_t value) {
  constexpr std::array<unsigned, 4> sizes{4, 4, 1, 8};
  const unsigned size = sizes[action >> 4 & 3];
  switch (action % 8) {
    case 0:
    case 1:
      if (registers.ras()) detect(*registers.ras(), action, value);
      return;
    case 2:
      registers.reset();
      return;
    case 3:
      if (value == 0) registers.lose_power();
      return;
    default:
      registers.write(offset, value, size);
      registers.read(offset, size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<ComponentRegisters, 3> components{registers_of(ComponentKind::device),
                                               registers_of(ComponentKind::switch_upstream),
                                               registers_of(ComponentKind::host_bridge)};
  for (; size >= action_bytes; data += action_bytes, size -= action_bytes) {
    ComponentRegisters& registers = components[data[0] % components.size()];
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{data[4 + i]} << 8 * i;
    act(registers, data[1], data[2] | std::uint32_t{data[3]} << 8, value);
    const auto read = [&](std::uint32_t offset) { return registers.read(offset, 4); };
    const std::uint32_t ras = find_capability(read, ComponentRegisters::ras_capability_id);
    expect((ras != 0) == (registers.ras() != nullptr));
    expect(find_hdm_structure(read) != 0);
    if (ras != 0) check_errors(registers, ras);
  }
  return 0;
}
