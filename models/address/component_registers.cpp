// SPDX-License-Identifier: Apache-2.0
#include "models/address/component_registers.h"

namespace cxlpool::address {
namespace {

// Where the HDM structure begins, relative to the capability array. Any place behind the array
// does; software reads it from the array.
constexpr std::uint32_t hdm_pointer = 0x200;
constexpr std::uint32_t hdm_begin = ComponentRegisters::capability_array + hdm_pointer;

constexpr std::uint32_t array_header = 1u | 1u << 16 | 1u << 20 | 1u << 24;  // one capability
constexpr std::uint32_t hdm_entry =
    ComponentRegisters::hdm_capability_id | 1u << 16 | hdm_pointer << 20;

}  // namespace

std::uint32_t ComponentRegisters::read(std::uint32_t offset, unsigned size) const {
  if (size != 4 || offset % 4 != 0) return 0;
  if (offset == capability_array) return array_header;
  if (offset == capability_array + 4) return hdm_entry;
  return offset >= hdm_begin ? decoders_.read(offset - hdm_begin) : 0;
}

WriteVerdict ComponentRegisters::write(std::uint32_t offset, std::uint32_t value, unsigned size) {
  if (size != 4 || offset % 4 != 0 || offset < hdm_begin) {
    WriteVerdict verdict;
    verdict.effect = WriteVerdict::Effect::ignored_read_only;
    return verdict;
  }
  return decoders_.write(offset - hdm_begin, value);
}

}  // namespace cxlpool::address
