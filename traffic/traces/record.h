// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "traffic/request.h"

namespace cxlpool::traffic {

enum class TraceKind : std::uint8_t {
  access,         ///< what some program or host wants: input
  request,        ///< what became of each part of each access: output, with its Completion
  timed_request,  ///< the same with the Times of each Completion
};

constexpr bool is_request(TraceKind kind) { return kind != TraceKind::access; }

/// Response status of a request, after TLM-2.0; `poison` is an OK response with the poison flag.
enum class TraceStatus : std::uint8_t {
  ok,
  poison,
  address_error,
  generic_error,
  command_error,
  burst_error,
  byte_enable_error,
  incomplete,
};

inline constexpr std::array<std::string_view, 8> trace_status_names = {"ok",
                                                                       "poison",
                                                                       "address_error",
                                                                       "generic_error",
                                                                       "command_error",
                                                                       "burst_error",
                                                                       "byte_enable_error",
                                                                       "incomplete"};

/// Where a request ended: device is its index in the platform, dpa the device physical address.
struct DevicePlace {
  std::uint32_t device = 0;
  std::uint64_t dpa = 0;

  bool operator==(const DevicePlace& other) const {
    return device == other.device && dpa == other.dpa;
  }
};

/// Of the access that the part belongs to, in picoseconds since the simulation began.
struct Times {
  std::uint64_t issued_ps = 0;
  std::uint64_t answered_ps = 0;  ///< not before it was issued

  bool operator==(const Times& other) const {
    return issued_ps == other.issued_ps && answered_ps == other.answered_ps;
  }
};

struct Completion {
  TraceStatus status = TraceStatus::ok;
  std::optional<DevicePlace> place;  ///< absent when decode led to no device
  std::optional<Times> times = std::nullopt;

  bool operator==(const Completion& other) const {
    return status == other.status && place == other.place && times == other.times;
  }
};

/// One line of a trace. `address` is virtual or physical as the trace has it; a host physical
/// address (HPA) in a request trace. A record that a reader gives out is valid: size is 1 to
/// max_request_bytes and the last byte's address fits 64 bits. A request trace has host and
/// completion in every record, a timed one the completion's times too; an access trace never has a
/// completion.
struct TraceRecord {
  Op op = Op::read;
  ByteEnables enables = ByteEnables::all;
  std::uint32_t size = 0;  ///< bytes
  std::uint64_t address = 0;
  std::optional<std::uint32_t> host;  ///< index in the platform
  std::optional<Completion> completion;

  bool operator==(const TraceRecord& other) const {
    return op == other.op && enables == other.enables && size == other.size &&
           address == other.address && host == other.host && completion == other.completion;
  }
};

constexpr bool fits_address_space(std::uint64_t address, std::uint32_t size) {
  return size != 0 && address <= UINT64_MAX - (size - 1);
}

}  // namespace cxlpool::traffic
