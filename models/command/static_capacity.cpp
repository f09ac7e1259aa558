// SPDX-License-Identifier: Apache-2.0
#include "models/command/static_capacity.h"

#include <algorithm>
#include <stdexcept>

namespace cxlpool::command {

StaticCapacity::StaticCapacity(std::uint64_t volatile_bytes, std::uint64_t persistent_bytes,
                               std::uint64_t alignment_bytes, std::uint32_t lsa_bytes)
    : total_(volatile_bytes + persistent_bytes),
      volatile_(volatile_bytes),
      alignment_(alignment_bytes),
      lsa_(lsa_bytes) {
  if (total_ < volatile_bytes) throw std::invalid_argument("static capacity passes 2^64 bytes");
  if (alignment_ % capacity_unit_bytes != 0) {
    throw std::invalid_argument("the partition alignment is not a multiple of 256 MiB");
  }
}

void StaticCapacity::add_commands(Cci& cci) {
  cci.add(Opcode::get_partition_info, [this](const Request&) { return partition_info(); });
  cci.add(Opcode::set_partition_info,
          [this](const Request& request) { return set_partition(request); });
  cci.add(Opcode::get_lsa, [this](const Request& request) { return get_lsa(request); });
  cci.add(Opcode::set_lsa, [this](const Request& request) { return set_lsa(request); });
}

Reply StaticCapacity::partition_info() const {
  if (volatile_ % capacity_unit_bytes != 0 || total_ % capacity_unit_bytes != 0) {
    return ReturnCode::internal_error;  // the answer has no way to tell such a size
  }
  PartitionInfo info;
  info.active_volatile = volatile_ / capacity_unit_bytes;
  info.active_persistent = (total_ - volatile_) / capacity_unit_bytes;
  if (next_volatile_) {
    info.next_volatile = *next_volatile_ / capacity_unit_bytes;
    info.next_persistent = (total_ - *next_volatile_) / capacity_unit_bytes;
  }
  return encode(info);
}

Reply StaticCapacity::set_partition(const Request& request) {
  const auto wanted = *decode<SetPartitionInfo>(request.payload);
  if (alignment_ == 0 || wanted.volatile_capacity > total_ / capacity_unit_bytes) {
    return ReturnCode::invalid_input;
  }
  const std::uint64_t bytes = wanted.volatile_capacity * capacity_unit_bytes;
  if (bytes % alignment_ != 0) return ReturnCode::invalid_input;
  next_volatile_.reset();
  if (wanted.flags & SetPartitionInfo::immediate) {
    volatile_ = bytes;
  } else if (bytes != volatile_) {
    next_volatile_ = bytes;
  }
  return ReturnCode::success;
}

Reply StaticCapacity::get_lsa(const Request& request) const {
  const auto wanted = *decode<GetLsa>(request.payload);
  const std::uint64_t end = std::uint64_t{wanted.offset} + wanted.length;
  if (end > lsa_.size() || wanted.length > request.room) return ReturnCode::invalid_input;
  const auto start = lsa_.begin() + wanted.offset;
  return Bytes(start, start + wanted.length);
}

Reply StaticCapacity::set_lsa(const Request& request) {
  const auto header = *decode<SetLsa>(request.payload);
  const ByteView data = request.payload.from(wire_size<SetLsa>());
  if (header.offset + std::uint64_t{data.size()} > lsa_.size()) return ReturnCode::invalid_input;
  std::copy(data.begin(), data.end(), lsa_.begin() + header.offset);
  return ReturnCode::success;
}

void StaticCapacity::clear_lsa() { std::fill(lsa_.begin(), lsa_.end(), std::uint8_t{0}); }

void StaticCapacity::cold_reset() {
  if (next_volatile_) volatile_ = *next_volatile_;
  next_volatile_.reset();
}

void StaticCapacity::save(Writer& state) const {
  state(volatile_);
  state(next_volatile_.has_value());
  state(next_volatile_.value_or(0));
  state.append(lsa_);
}

}  // namespace cxlpool::command
