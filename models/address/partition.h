// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "models/address/window.h"

namespace cxlpool::address {

enum class PartitionKind : std::uint8_t { volatile_memory, persistent, dynamic };

/// How a device's media is divided: from DPA 0 volatile, then persistent capacity, then, from the
/// next multiple of 256 MiB, dynamic capacity. A gap before the latter belongs to nobody.
struct Partitions {
  std::uint64_t volatile_bytes = 0;
  std::uint64_t persistent_bytes = 0;
  std::uint64_t dynamic_bytes = 0;

  /// Bytes that exist, all kinds together; not the gap.
  constexpr std::uint64_t capacity() const {
    return volatile_bytes + persistent_bytes + dynamic_bytes;
  }

  /// First DPA of a kind, also when it is empty.
  constexpr std::uint64_t base(PartitionKind kind) const {
    const std::uint64_t fixed_end = volatile_bytes + persistent_bytes;
    switch (kind) {
      case PartitionKind::volatile_memory:
        return 0;
      case PartitionKind::persistent:
        return volatile_bytes;
      case PartitionKind::dynamic:
        break;
    }
    return (fixed_end + hdm_quantum - 1) / hdm_quantum * hdm_quantum;
  }

  constexpr std::uint64_t size(PartitionKind kind) const {
    switch (kind) {
      case PartitionKind::volatile_memory:
        return volatile_bytes;
      case PartitionKind::persistent:
        return persistent_bytes;
      case PartitionKind::dynamic:
        break;
    }
    return dynamic_bytes;
  }

  /// One past the last DPA that exists.
  constexpr std::uint64_t end() const {
    return dynamic_bytes == 0 ? volatile_bytes + persistent_bytes
                              : base(PartitionKind::dynamic) + dynamic_bytes;
  }

  /// Bytes from `dpa` on that exist without a gap; 0 where nothing does.
  constexpr std::uint64_t room(std::uint64_t dpa) const {
    const std::uint64_t fixed_end = volatile_bytes + persistent_bytes;
    const std::uint64_t dynamic_base = base(PartitionKind::dynamic);
    if (dpa < fixed_end && fixed_end != dynamic_base) return fixed_end - dpa;
    const bool exists = dpa < fixed_end || dpa >= dynamic_base;
    return exists && dpa < end() ? end() - dpa : 0;
  }

  /// Nothing beyond the last partition and in the gap.
  constexpr std::optional<PartitionKind> kind_at(std::uint64_t dpa) const {
    for (const PartitionKind kind :
         {PartitionKind::volatile_memory, PartitionKind::persistent, PartitionKind::dynamic}) {
      if (dpa >= base(kind) && dpa - base(kind) < size(kind)) return kind;
    }
    return std::nullopt;
  }
};

}  // namespace cxlpool::address
