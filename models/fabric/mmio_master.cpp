// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/mmio_master.h"

#include "models/address/component_registers.h"

namespace cxlpool::fabric {

MmioMaster::MmioMaster(sc_core::sc_module_name name, unsigned blocks)
    : sc_module(name), block("block", blocks) {}

void MmioMaster::access(unsigned index, tlm::tlm_generic_payload& trans, std::uint64_t offset,
                        std::uint64_t& value, unsigned size) {
  trans.set_address(offset);
  trans.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  trans.set_data_length(size);
  trans.set_streaming_width(size);
  sc_core::sc_time delay;
  block[index]->b_transport(trans, delay);
}

std::uint64_t MmioMaster::read(unsigned index, std::uint64_t offset, unsigned size) {
  std::uint64_t value = 0;
  tlm::tlm_generic_payload trans;
  trans.set_command(tlm::TLM_READ_COMMAND);
  access(index, trans, offset, value, size);
  return value;
}

address::WriteVerdict MmioMaster::write(unsigned index, std::uint64_t offset, std::uint64_t value,
                                        unsigned size) {
  // Not members: a revocation in the middle of this write may bring another one.
  tlm::tlm_generic_payload trans;
  RegisterVerdict report;
  trans.set_command(tlm::TLM_WRITE_COMMAND);
  trans.set_extension(&report);
  access(index, trans, offset, value, size);
  trans.clear_extension(&report);
  return report.verdict;
}

std::uint32_t MmioMaster::structure(unsigned index, std::uint32_t capability_id) {
  return address::find_capability(
      [&](std::uint32_t offset) { return static_cast<std::uint32_t>(read(index, offset, 4)); },
      capability_id);
}

std::uint32_t MmioMaster::hdm_structure(unsigned index) {
  return structure(index, address::ComponentRegisters::hdm_capability_id);
}

std::uint32_t MmioMaster::ras_structure(unsigned index) {
  return structure(index, address::ComponentRegisters::ras_capability_id);
}

}  // namespace cxlpool::fabric
