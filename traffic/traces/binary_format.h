// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "traffic/traces/record.h"

/// The binary trace format, version 1 (suggested suffix .cxt). The stream below is stored as one
/// zstd frame with checksum; readers take it uncompressed too. The stream is a pure function of
/// kind and records; the compressed bytes depend on the version of libzstd besides.
///
///     magic     8 bytes   89 43 58 4C 54 52 43 0A   ("\x89CXLTRC\n")
///     version   1 byte    1
///     kind      1 byte    0 access trace, 1 request trace, 2 timed request trace
///     records   each as below
///     end       1 byte    FF, then the number of records as a varint; nothing may follow
///
/// A varint is LEB128: 7 bits a byte, least significant first, bit 7 set on all bytes but the last,
/// no longer than needed. A delta is a varint of (d << 1) ^ (d >> 63), d = value - prediction,
/// modulo 2^64 and as signed. A record:
///
///     tag       1 byte    bit 0 write; bit 1 alternate byte enables; bit 2 `size` follows, else
///                         as in the record before (64 at first); bit 3 has a host; bit 4 `host`
///                         follows, else as in the last record that had one (0 at first); others 0
///     size      varint    if bit 2
///     host      varint    if bit 4
///     address   delta     predicted: end of the record before (0 at first)
///     -- a request trace goes on, and sets bit 3:
///     outcome   1 byte    bits 3:0 TraceStatus; bit 4 has a place; bit 5 `device` follows, else
///                         as in the last record with a place (0 at first); others 0
///     device    varint    if bit 5
///     dpa       delta     if bit 4; predicted: end of the last record with a place (0 at first)
///     -- a timed request trace goes on, in picoseconds:
///     issued    delta     predicted: as in the record before (0 at first)
///     taken     varint    from issue to answer; their sum stays below 2^64
namespace cxlpool::traffic::binary_format {

inline constexpr std::string_view magic =
    "\x89"
    "CXLTRC\n";
inline constexpr std::uint8_t version = 1;
inline constexpr std::uint8_t end_marker = 0xFF;
inline constexpr unsigned max_varint_bytes = 10;

enum Tag : std::uint8_t {
  tag_write = 0x01,
  tag_alternate = 0x02,
  tag_size = 0x04,
  tag_has_host = 0x08,
  tag_host = 0x10,
  tag_reserved = 0xE0,
};

enum Outcome : std::uint8_t {
  outcome_status = 0x0F,
  outcome_has_place = 0x10,
  outcome_device = 0x20,
  outcome_reserved = 0xC0,
};

constexpr std::uint64_t zigzag(std::uint64_t delta) {
  return (delta << 1) ^ (delta >> 63 != 0 ? UINT64_MAX : 0);
}

constexpr std::uint64_t unzigzag(std::uint64_t code) {
  return (code >> 1) ^ ((code & 1) != 0 ? UINT64_MAX : 0);
}

/// What both sides remember of the records before: the predictions.
struct State {
  std::uint32_t size = 64;
  std::uint32_t host = 0;
  std::uint64_t address = 0;
  std::uint32_t device = 0;
  std::uint64_t dpa = 0;
  std::uint64_t issued_ps = 0;

  void update(const TraceRecord& record) {
    size = record.size;
    address = record.address + record.size;
    if (record.host) host = *record.host;
    if (record.completion && record.completion->place) {
      device = record.completion->place->device;
      dpa = record.completion->place->dpa + record.size;
    }
    if (record.completion && record.completion->times) {
      issued_ps = record.completion->times->issued_ps;
    }
  }
};

}  // namespace cxlpool::traffic::binary_format
