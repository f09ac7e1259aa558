// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "models/command/cci.h"

namespace cxlpool::command {

inline constexpr std::uint64_t capacity_unit_bytes = 256u << 20;  ///< of capacities on the wire

/// 4100h's answer, in units of 256 MiB.
struct PartitionInfo {
  std::uint64_t active_volatile = 0;
  std::uint64_t active_persistent = 0;
  std::uint64_t next_volatile = 0;
  std::uint64_t next_persistent = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(active_volatile), codec(active_persistent), codec(next_volatile), codec(next_persistent);
  }
};

/// 4101h's request.
struct SetPartitionInfo {
  static constexpr std::uint8_t immediate = 1u << 0;

  std::uint64_t volatile_capacity = 0;  ///< in units of 256 MiB
  std::uint8_t flags = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(volatile_capacity), codec(flags);
  }
};

/// 4102h's request.
struct GetLsa {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(offset), codec(length);
  }
};

/// 4103h's request, before its data.
struct SetLsa {
  std::uint32_t offset = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(offset), codec.reserved(4);
  }
};

/// The split of static capacity into volatile and persistent, and the label storage area
/// (sources.md 4.7). With an alignment all of it can be split anew, without one nothing. A new
/// split waits for a cold reset unless it is asked for at once. Anything beyond the label storage
/// area or the capacity, or off the alignment, is 02h.
class StaticCapacity {
 public:
  StaticCapacity(std::uint64_t volatile_bytes, std::uint64_t persistent_bytes,
                 std::uint64_t alignment_bytes, std::uint32_t lsa_bytes);

  void add_commands(Cci& cci);  ///< 4100h-4103h
  std::uint64_t volatile_bytes() const { return volatile_; }
  std::uint64_t persistent_bytes() const { return total_ - volatile_; }
  std::uint64_t total_bytes() const { return total_; }
  std::uint64_t alignment_bytes() const { return alignment_; }
  std::uint32_t lsa_bytes() const { return static_cast<std::uint32_t>(lsa_.size()); }
  void clear_lsa();
  void cold_reset();
  void save(Writer& state) const;

 private:
  Reply partition_info() const;
  Reply set_partition(const Request& request);
  Reply get_lsa(const Request& request) const;
  Reply set_lsa(const Request& request);

  std::uint64_t total_;
  std::uint64_t volatile_;
  std::uint64_t alignment_;
  std::optional<std::uint64_t> next_volatile_;
  Bytes lsa_;
};

}  // namespace cxlpool::command
