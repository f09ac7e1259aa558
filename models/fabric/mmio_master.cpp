// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/mmio_master.h"

#include "models/address/component_registers.h"

namespace cxlpool::fabric {

MmioMaster::MmioMaster(sc_core::sc_module_name name, unsigned blocks)
    : sc_module(name), block("block", blocks) {}

tlm::tlm_generic_payload& MmioMaster::prepare(tlm::tlm_command command, std::uint64_t offset,
                                              std::uint64_t& value, unsigned size) {
  payload_.set_command(command);
  payload_.set_address(offset);
  payload_.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload_.set_data_length(size);
  payload_.set_streaming_width(size);
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_byte_enable_length(0);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  return payload_;
}

std::uint64_t MmioMaster::read(unsigned index, std::uint64_t offset, unsigned size) {
  std::uint64_t value = 0;
  sc_core::sc_time delay;
  block[index]->b_transport(prepare(tlm::TLM_READ_COMMAND, offset, value, size), delay);
  return value;
}

address::WriteVerdict MmioMaster::write(unsigned index, std::uint64_t offset, std::uint64_t value,
                                        unsigned size) {
  sc_core::sc_time delay;
  tlm::tlm_generic_payload& trans = prepare(tlm::TLM_WRITE_COMMAND, offset, value, size);
  verdict_.verdict = address::WriteVerdict{};
  trans.set_extension(&verdict_);
  block[index]->b_transport(trans, delay);
  trans.clear_extension(&verdict_);
  return verdict_.verdict;
}

std::uint32_t MmioMaster::hdm_structure(unsigned index) {
  return address::find_hdm_structure(
      [&](std::uint32_t offset) { return static_cast<std::uint32_t>(read(index, offset, 4)); });
}

}  // namespace cxlpool::fabric
