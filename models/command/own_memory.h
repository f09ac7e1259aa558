// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/capacity/dynamic_capacity.h"

namespace cxlpool::command {

/// The DPAs that a host's commands may touch: static capacity, and of dynamic capacity what the
/// host has accepted. Nothing that belongs to another host of the pool.
class OwnMemory {
 public:
  explicit OwnMemory(std::uint64_t static_bytes) : static_bytes_(static_bytes) {}

  void attach(const capacity::DynamicCapacity& pool, capacity::HostId host);
  /// One past the highest DPA that the device decodes.
  std::uint64_t end() const;
  bool holds(std::uint64_t dpa, std::uint64_t length) const;
  /// Held, and none of it read-only.
  bool writable(std::uint64_t dpa, std::uint64_t length) const;
  std::vector<capacity::DpaRange> ranges() const;

 private:
  std::uint64_t static_bytes_;
  const capacity::DynamicCapacity* pool_ = nullptr;
  capacity::HostId host_{};
};

}  // namespace cxlpool::command
