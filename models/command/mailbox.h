// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "models/command/cci.h"

namespace cxlpool::command {

/// Raises an MSI or MSI-X vector of the function that the registers belong to.
using RaiseInterrupt = std::function<void(unsigned vector)>;

/// The mailbox registers in front of a CCI (sources.md 4.1). A write that sets the doorbell
/// executes the command at once: when the write returns, the doorbell is clear again and the answer
/// is there. Registers take accesses of 4 and 8 bytes at multiples of their size; the payload area
/// takes any of 1 to 8 bytes. Every other access reads 0 and writes nothing. A length beyond the
/// payload area answers 16h.
class Mailbox {
 public:
  static constexpr std::uint32_t payload_offset = 0x20;
  static constexpr std::uint8_t memory_device_type = 1;

  struct Config {
    unsigned vector = 0;
    std::uint8_t type = memory_device_type;
  };

  /// The payload area has the size of the CCI's payload limit, a power of two from 256.
  Mailbox(Cci& cci, const Config& config, RaiseInterrupt raise);
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  std::uint32_t size_bytes() const;
  std::uint64_t read(std::uint32_t offset, unsigned size) const;
  void write(std::uint32_t offset, std::uint64_t value, unsigned size);
  void reset();

  void save(Writer& state) const;

 private:
  std::uint64_t register_at(std::uint32_t offset) const;
  void write_register(std::uint32_t offset, std::uint64_t value, std::uint64_t mask);
  void ring();

  Cci& cci_;
  Config config_;
  RaiseInterrupt raise_;
  bool interrupt_enabled_ = false;
  bool background_interrupt_enabled_ = false;
  std::uint64_t command_ = 0;
  ReturnCode return_code_ = ReturnCode::success;
  Bytes payload_;
};

}  // namespace cxlpool::command
