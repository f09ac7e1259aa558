// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/address/decoder_program.h"
#include "models/fabric/mmio_socket.h"

namespace cxlpool::fabric {

/// Firmware's and drivers' access to registers: one initiator socket for each register block.
/// Register accesses take no simulated time. A write that revokes may lead to further accesses
/// before it returns.
class MmioMaster : public sc_core::sc_module {
 public:
  sc_core::sc_vector<tlm_utils::simple_initiator_socket_tagged<MmioMaster>> block;

  MmioMaster(sc_core::sc_module_name name, unsigned blocks);

  std::uint64_t read(unsigned index, std::uint64_t offset, unsigned size);
  address::WriteVerdict write(unsigned index, std::uint64_t offset, std::uint64_t value,
                              unsigned size);

  /// Offset of a structure of the component registers, found by walking the capability array; 0:
  /// none.
  std::uint32_t hdm_structure(unsigned index);
  std::uint32_t ras_structure(unsigned index);

 private:
  std::uint32_t structure(unsigned index, std::uint32_t capability_id);
  void access(unsigned index, tlm::tlm_generic_payload& trans, std::uint64_t offset,
              std::uint64_t& value, unsigned size);
};

}  // namespace cxlpool::fabric
