// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/address/cause.h"

namespace cxlpool::fabric {

/// Accesses by direction.
struct Traffic {
  std::uint64_t reads = 0, writes = 0;
  std::uint64_t read_bytes = 0, write_bytes = 0;

  void count(bool is_read, std::uint64_t bytes) {
    (is_read ? reads : writes) += 1;
    (is_read ? read_bytes : write_bytes) += bytes;
  }
  void add(const Traffic& other) {
    reads += other.reads;
    writes += other.writes;
    read_bytes += other.read_bytes;
    write_bytes += other.write_bytes;
  }
  std::uint64_t accesses() const { return reads + writes; }
  std::uint64_t bytes() const { return read_bytes + write_bytes; }
};

/// What passed through a component, good or not, and what it refused itself, by cause.
struct Counters : Traffic {
  std::array<std::uint64_t, address::cause_count> errors{};

  void count_error(address::Cause cause) { ++errors[static_cast<std::size_t>(cause)]; }
};

}  // namespace cxlpool::fabric
