// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "models/command/mailbox.h"

namespace cxlpool::command {

/// The device register block of a Type-3 device or a switch mailbox CCI (sources.md 4.1): the
/// capability array, the event status register, the primary mailbox and the memory device status.
/// It owns the mailbox and reads the rest through `Status`. Accesses of 4 and 8 bytes at multiples
/// of their size (payload area: 1 to 8 bytes); anything else reads 0 and writes nothing.
class DeviceRegisters {
 public:
  static constexpr std::uint32_t event_status_offset = 0x80;
  static constexpr std::uint32_t mailbox_offset = 0x88;

  /// Media status of the memory device status register.
  enum class Media : std::uint8_t { not_ready = 0, ready = 1, error = 2, disabled = 3 };

  struct Status {
    std::function<std::uint32_t()> events;  ///< bit per event log that is not empty
    std::function<Media()> media;
    std::function<bool()> reset_needed;
  };

  /// A switch has no memory device status: leave `status` out.
  DeviceRegisters(Cci& cci, const Mailbox::Config& config, RaiseInterrupt raise,
                  std::optional<Status> status);

  std::uint32_t memory_status_offset() const;
  std::uint32_t size_bytes() const;
  std::uint64_t read(std::uint32_t offset, unsigned size) const;
  void write(std::uint32_t offset, std::uint64_t value, unsigned size);
  /// A hot reset: the registers lose what software wrote; commands and their state stay.
  void reset() { mailbox_.reset(); }

  const Mailbox& mailbox() const { return mailbox_; }

 private:
  std::uint64_t capability_array(std::uint32_t offset) const;
  std::uint64_t memory_status() const;

  Mailbox mailbox_;
  std::optional<Status> status_;
};

}  // namespace cxlpool::command
