// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "models/command/bytes.h"
#include "models/command/return_code.h"

namespace cxlpool::command {

/// A CCI message as MCTP and the tunnel carry it (sources.md 4.2): a header of 12 bytes and the
/// payload.
struct CciMessage {
  static constexpr std::size_t header_bytes = 12;
  static constexpr std::uint8_t request = 0;
  static constexpr std::uint8_t response = 1;
  static constexpr std::uint32_t max_payload_bytes = (1u << 20) - 1;

  std::uint8_t category = request;
  std::uint8_t tag = 0;
  std::uint16_t opcode = 0;
  std::uint32_t payload_length = 0;  ///< as the header claims it
  bool background = false;
  ReturnCode return_code = ReturnCode::success;
  std::uint16_t vendor_status = 0;
  Bytes payload;  ///< what follows the header; its size need not be payload_length

  bool length_fits() const { return payload_length == payload.size(); }

  Bytes encode() const;
  /// Nothing when the bytes end before the header does.
  static std::optional<CciMessage> decode(ByteView bytes);
};

}  // namespace cxlpool::command
