// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "models/command/cci.h"
#include "models/fabric/mmio_master.h"

namespace cxlpool::platforms {

/// A mailbox as a driver uses it: register by register over MMIO (sources.md 4.1).
class MmioMailbox {
 public:
  /// `registers`: where the device registers begin in the block.
  MmioMailbox(fabric::MmioMaster& mmio, unsigned block, std::uint64_t registers);

  /// Writes payload and command, rings the doorbell, and fetches the answer. Of a payload longer
  /// than the mailbox the rest is not written; the length says all of it, and the device refuses.
  /// Nothing: the registers do not answer, as what they belong to is held in reset.
  std::optional<command::Reply> execute(std::uint16_t opcode, const command::Bytes& payload);

  /// Bit per event log that is not empty.
  std::uint32_t event_status();

 private:
  void write_payload(const command::Bytes& payload);
  command::Bytes read_payload(std::size_t length);

  fabric::MmioMaster& mmio_;
  unsigned block_;
  std::uint64_t registers_;
  std::uint64_t mailbox_;
  std::size_t payload_bytes_;
};

}  // namespace cxlpool::platforms
