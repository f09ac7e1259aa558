// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/timing/picoseconds.h"

namespace cxlpool::timing {

/// What one message of CXL.mem is on a link (CXL 3.x section 3.3): requests and requests with data
/// go from master to subordinate (M2S), responses and data responses the other way (S2M).
enum class MessageKind : std::uint8_t {
  req,          ///< M2S Req, a MemRd
  rwd,          ///< M2S RwD, a MemWr with its lines
  rwd_partial,  ///< M2S RwD, a MemWrPtl: the lines and their byte enables
  drs,          ///< S2M DRS, MemData with its lines
  ndr,          ///< S2M NDR, Cmp
};

inline constexpr unsigned message_kinds = 5;

constexpr bool is_m2s(MessageKind kind) { return kind <= MessageKind::rwd_partial; }

/// Bytes of one line, the unit that CXL.mem moves; a data slot holds a quarter of it.
inline constexpr unsigned line_bytes = 64;

/// Of one message that the fabric's hosts send: parts of accesses are cut at multiples of 256 B.
inline constexpr unsigned most_lines = 4;

/// What a server needs to know of one message. An access of up to 256 B that lies in one granule
/// travels as one message with 1 to 4 lines, since its lines would travel one behind the other.
struct Message {
  MessageKind kind = MessageKind::req;
  std::uint8_t lines = 1;
  bool write = false;        ///< the access, whichever way the message goes
  std::uint8_t traffic = 0;  ///< priority class of its host; a higher one goes first
  std::uint16_t host = 0;
  std::uint64_t dpa = 0;  ///< once decoded
};

}  // namespace cxlpool::timing
