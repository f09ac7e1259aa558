// SPDX-License-Identifier: Apache-2.0
#include "models/address/decoder_program.h"

namespace cxlpool::address {
namespace {

std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

std::uint64_t target_list(const std::array<std::uint8_t, 8>& targets) {
  std::uint64_t list = 0;
  for (unsigned i = 0; i < targets.size(); ++i) list |= std::uint64_t{targets[i]} << (8 * i);
  return list;
}

}  // namespace

std::vector<RegisterWrite> register_writes(ComponentKind kind, const DecoderProgram& program) {
  const auto at = [&](std::uint32_t reg) { return hdm::offset_of(program.index, reg); };
  const std::uint64_t list =
      kind == ComponentKind::device ? program.skip : target_list(program.targets);
  std::uint32_t control = program.interleave.granularity_code() |
                          program.interleave.ways_code() << 4 | hdm::host_only_coherent;
  if (program.lock) control |= hdm::lock_on_commit;
  std::vector<RegisterWrite> writes{
      {at(hdm::base_high), high(program.base)},
      {at(hdm::base_low), low(program.base)},
      {at(hdm::size_high), high(program.size)},
      {at(hdm::size_low), low(program.size)},
      {at(hdm::target_high), high(list)},
      {at(hdm::target_low), low(list)},
      {at(hdm::control), control},
  };
  if (program.commit) writes.push_back({at(hdm::control), control | hdm::commit});
  return writes;
}

}  // namespace cxlpool::address
