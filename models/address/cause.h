// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace cxlpool::address {

/// Why an access went nowhere, from the host downwards. A host sees an address error for most of
/// these, a burst error for `crossing` and `malformed`, and a generic error for what the device
/// knows and refuses (the last three); reads return all-ones and writes are dropped.
enum class Cause : std::uint8_t {
  none,
  no_window,        ///< no fixed memory window of the host holds the address
  window_target,    ///< the window's target list names a host bridge that does not exist
  decode_disabled,  ///< the component's HDM decoder enable bit is clear
  not_committed,    ///< a decoder holds the range but is not committed
  no_decoder,       ///< no decoder of the component holds the address
  no_port,          ///< the decoder's target list names a port number that does not exist
  empty_port,       ///< nothing below the port, or what is there belongs to another upstream port
  link_down,        ///< a device belongs here but is not plugged
  memory_disabled,  ///< the device's DVSEC Mem_Enable bit is clear
  beyond_capacity,  ///< the decoder reaches past the device's memory
  crossing,         ///< the access crosses a granule edge; only a foreign initiator can cause it
  malformed,        ///< no data, zero length, or a streaming width shorter than the data
  not_accepted,     ///< dynamic capacity that the host has not accepted, or no longer has
  media_disabled,   ///< the device's media is disabled: it is being sanitized
  read_only,        ///< a write to capacity that may only be read
};
inline constexpr std::size_t cause_count = 16;

/// Identifier as it stands in results.json and explain's JSON, e.g. "not_committed".
const char* name(Cause cause);

/// The same for people, e.g. "decoder not committed".
const char* text(Cause cause);

}  // namespace cxlpool::address
