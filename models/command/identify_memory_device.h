// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/command/bytes.h"

namespace cxlpool::command {

/// 4000h's answer (sources.md 4.6). Capacities are in units of 256 MiB and without dynamic
/// capacity.
struct IdentifyMemoryDevice {
  std::array<std::uint8_t, 16> firmware_revision{};
  std::uint64_t total_capacity = 0;
  std::uint64_t volatile_only = 0;
  std::uint64_t persistent_only = 0;
  std::uint64_t partition_alignment = 0;
  std::array<std::uint16_t, 4> event_log_sizes{};
  std::uint32_t lsa_size = 0;
  U24 poison_list_records;
  std::uint16_t inject_poison_limit = 0;
  std::uint8_t poison_capabilities = 0;
  std::uint8_t qos_capabilities = 0;
  std::uint16_t dc_event_log_size = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(firmware_revision), codec(total_capacity), codec(volatile_only), codec(persistent_only);
    codec(partition_alignment);
    for (auto& size : event_log_sizes) codec(size);
    codec(lsa_size), codec(poison_list_records), codec(inject_poison_limit);
    codec(poison_capabilities), codec(qos_capabilities), codec(dc_event_log_size);
  }
};

}  // namespace cxlpool::command
