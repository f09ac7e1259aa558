// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "models/command/cci.h"
#include "models/command/device_registers.h"
#include "models/command/event_logs.h"
#include "models/command/firmware.h"
#include "models/command/health.h"
#include "models/command/media_control.h"
#include "models/command/own_memory.h"
#include "models/command/poison_commands.h"
#include "models/command/poison_list.h"
#include "models/command/sanitize.h"
#include "models/command/scan_media.h"
#include "models/command/static_capacity.h"
#include "models/command/tunnel.h"

namespace cxlpool::command {

/// Parameters of a Type-3 device's commands. The defaults are those of the witness.
struct Type3Config {
  ComponentIdentity identity;
  std::string firmware_revision = "BWFW VERSION 00";
  std::uint64_t volatile_bytes = 0;
  std::uint64_t persistent_bytes = 0;
  std::uint64_t partition_alignment_bytes = 0;  ///< 0: the split cannot be changed
  std::uint32_t lsa_bytes = 0;
  std::uint32_t poison_list_records = 256;
  std::uint16_t inject_poison_limit = 0;  ///< 0: none but that of the list
  std::uint8_t poison_capabilities = 0;
  std::uint8_t qos_capabilities = 0;
  /// Log sizes as Identify tells them; the depth that holds is `events.depth`.
  std::array<std::uint16_t, event_log_count> reported_log_sizes{0, 0, 0, 0, 8};
  EventLogs::Config events;
  Mailbox::Config mailbox;
  std::size_t max_payload_bytes = Cci::default_payload_bytes;
};

/// The command side of a single logical device as its host sees it: registers, primary mailbox,
/// event logs, poison list, health, firmware, label storage. It owns all of that; it reaches media
/// through `MediaControl` and dynamic capacity through the pool's. No command can make it fail:
/// what software asks wrongly has a return code and changes nothing.
class Type3Device {
 public:
  Type3Device(const Type3Config& config, const Clock& clock, MediaControl& media,
              RaiseInterrupt raise);
  Type3Device(const Type3Device&) = delete;
  Type3Device& operator=(const Type3Device&) = delete;

  DeviceRegisters& registers() { return registers_; }
  Cci& primary() { return primary_; }
  EventLogs& events() { return events_; }
  Health& health() { return health_; }
  const Timestamp& timestamp() const { return timestamp_; }
  const StaticCapacity& static_capacity() const { return static_capacity_; }

  /// Gives the device dynamic capacity: 4800h-4803h, and its accepted extents count as its memory.
  /// Once at most; the pool must outlive this.
  void attach(capacity::DynamicCapacity& pool, capacity::HostId host);
  /// Offers 5300h in this mailbox: the one head of a pool through which it is managed.
  void enable_tunnel(TunnelTargets targets) { add_tunnel(primary_, std::move(targets)); }

  /// While true, reads return anything and writes are dropped, both without an error.
  bool media_disabled() const { return sanitizer_.media_disabled(); }
  bool poisoned(std::uint64_t dpa, std::uint64_t length) const {
    return poison_.poisoned(dpa, length);
  }
  /// Poison from outside: false for a misaligned range, one beyond capacity, or one that overlaps.
  bool inject_poison(std::uint64_t dpa, std::uint64_t length);

  /// The lines hold new contents, as after a discard of dynamic capacity.
  void clear_poison(std::uint64_t dpa, std::uint64_t length) { poison_.clear_range(dpa, length); }

  /// When advance() has something to do next.
  std::optional<Nanoseconds> deadline() const { return primary_.background().deadline(); }
  void advance(Nanoseconds now) { primary_.background().advance(now); }

  void hot_reset() { registers_.reset(); }
  /// Pending partition and firmware take effect; operations, events and the timestamp are lost. A
  /// sanitize under way is carried out: nothing of what it was to destroy is left.
  void cold_reset();

  /// Everything a command can change, as bytes to compare.
  void save(Writer& state) const;

 private:
  void add_commands();
  Reply identify_memory_device() const;

  Type3Config config_;
  Timestamp timestamp_;
  EventLogs events_;
  Health health_;
  Firmware firmware_;
  StaticCapacity static_capacity_;
  PoisonList poison_;
  OwnMemory memory_;
  ScanMedia scan_;
  PoisonCommands poison_commands_;
  Sanitizer sanitizer_;
  Cci primary_;
  DeviceRegisters registers_;
};

}  // namespace cxlpool::command
