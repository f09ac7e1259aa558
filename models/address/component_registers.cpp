// SPDX-License-Identifier: Apache-2.0
#include "models/address/component_registers.h"

namespace cxlpool::address {
namespace {

// Where the structures begin, relative to the capability array. Any place behind the array does;
// software reads it from the array.
constexpr std::uint32_t ras_pointer = 0x80;
constexpr std::uint32_t hdm_pointer = 0x200;
constexpr std::uint32_t ras_begin = ComponentRegisters::capability_array + ras_pointer;
constexpr std::uint32_t hdm_begin = ComponentRegisters::capability_array + hdm_pointer;

constexpr std::uint32_t array_header = 1u | 1u << 16 | 1u << 20;  // without the array's size
constexpr std::uint32_t ras_entry =
    ComponentRegisters::ras_capability_id | 3u << 16 | ras_pointer << 20;
constexpr std::uint32_t hdm_entry =
    ComponentRegisters::hdm_capability_id | 1u << 16 | hdm_pointer << 20;

/// The capability array by dword, 0 behind its end.
std::uint32_t array_word(std::uint32_t index, bool has_ras) {
  if (index == 0) return array_header | (has_ras ? 2u : 1u) << 24;
  if (index == 1 && has_ras) return ras_entry;
  return index == (has_ras ? 2u : 1u) ? hdm_entry : 0;
}

bool in_ras(std::uint32_t offset) { return offset - ras_begin < ras::size_bytes; }

}  // namespace

ComponentRegisters::ComponentRegisters(const HdmDecoderBlock& decoders) : decoders_(decoders) {
  if (decoders.kind() != ComponentKind::host_bridge) ras_.emplace();
}

std::uint32_t ComponentRegisters::read(std::uint32_t offset, unsigned size) const {
  if (size != 4 || offset % 4 != 0 || offset < capability_array) return 0;
  if (offset >= hdm_begin) return decoders_.read(offset - hdm_begin);
  if (in_ras(offset)) return ras_ ? ras_->read(offset - ras_begin) : 0;
  return array_word((offset - capability_array) / 4, ras_.has_value());
}

WriteVerdict ComponentRegisters::write(std::uint32_t offset, std::uint32_t value, unsigned size) {
  const bool legal = size == 4 && offset % 4 == 0;
  if (legal && offset >= hdm_begin) return decoders_.write(offset - hdm_begin, value);
  WriteVerdict verdict;
  const bool stored = legal && ras_ && in_ras(offset) && ras_->write(offset - ras_begin, value);
  if (!stored) verdict.effect = WriteVerdict::Effect::ignored_read_only;
  return verdict;
}

void ComponentRegisters::lose_power() {
  decoders_.reset();
  if (ras_) ras_->lose_power();
}

}  // namespace cxlpool::address
