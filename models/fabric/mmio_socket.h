// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "models/address/hdm_decoder.h"

namespace cxlpool::fabric {

/// Ignorable extension by which a register write tells what it did; firmware replay and tests
/// carry it, ordinary initiators need not.
class RegisterVerdict : public tlm::tlm_extension<RegisterVerdict> {
 public:
  address::WriteVerdict verdict;

  tlm::tlm_extension_base* clone() const override { return new RegisterVerdict(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const RegisterVerdict&>(other);
  }
};

/// The owner of registers behind an MmioSocket. Offsets are relative to the socket, sizes 1 to 8.
class RegisterOwner {
 public:
  virtual ~RegisterOwner() = default;
  virtual std::uint64_t read_register(unsigned block, std::uint64_t offset, unsigned size) = 0;
  virtual address::WriteVerdict write_register(unsigned block, std::uint64_t offset,
                                               std::uint64_t value, unsigned size) = 0;
};

/// A target socket for register access. Reads and writes of 1, 2, 4 and 8 bytes reach the owner,
/// who decides which sizes mean something; anything else is a burst error. Registers answer
/// debug transport in the same way, and give no DMI.
class MmioSocket : public tlm_utils::simple_target_socket<MmioSocket> {
 public:
  explicit MmioSocket(const char* name);

  void serve(RegisterOwner& owner, unsigned block) {
    owner_ = &owner;
    block_ = block;
  }

 private:
  void b_transport(tlm::tlm_generic_payload& trans, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& trans);
  static bool is_legal(const tlm::tlm_generic_payload& trans);
  void access(tlm::tlm_generic_payload& trans);

  RegisterOwner* owner_ = nullptr;
  unsigned block_ = 0;
};

}  // namespace cxlpool::fabric
