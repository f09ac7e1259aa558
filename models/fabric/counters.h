// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/address/cause.h"

namespace cxlpool::fabric {

/// What passed through a component, good or not, and what it refused itself, by cause.
struct Counters {
  std::uint64_t reads = 0, writes = 0;
  std::uint64_t read_bytes = 0, write_bytes = 0;
  std::array<std::uint64_t, address::cause_count> errors{};

  void count(bool is_read, std::uint64_t bytes) {
    (is_read ? reads : writes) += 1;
    (is_read ? read_bytes : write_bytes) += bytes;
  }
  void count_error(address::Cause cause) { ++errors[static_cast<std::size_t>(cause)]; }
  void add(const Counters& other) {
    reads += other.reads;
    writes += other.writes;
    read_bytes += other.read_bytes;
    write_bytes += other.write_bytes;
    for (std::size_t i = 0; i < errors.size(); ++i) errors[i] += other.errors[i];
  }
  std::uint64_t accesses() const { return reads + writes; }
  std::uint64_t bytes() const { return read_bytes + write_bytes; }
};

}  // namespace cxlpool::fabric
