// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "models/address/window.h"

/// The CXL Early Discovery Table (CEDT): the ACPI table that tells software which host bridges
/// (CHBS records), fixed memory windows (CFMWS) and XOR maps (CXIMS) a host has (sources.md 2).
namespace cxlpool::address {

struct CedtHostBridge {
  std::uint32_t uid = 0;           ///< ACPI _UID, what a window's target list names
  std::uint64_t base = 0;          ///< HPA of the component registers
  std::uint64_t length = 0x10000;  ///< bytes; 0x2000 for the RCRB of CXL 1.1
  std::uint32_t version = 1;       ///< 0: CXL 1.1, 1: CXL 2.0 and later
};

struct Cedt {
  std::vector<CedtHostBridge> host_bridges;
  std::vector<FixedMemoryWindow> windows;
};

/// Something about the bytes of a table: where, what is there, and what would be right.
struct CedtFinding {
  std::size_t offset = 0;  ///< bytes from the beginning of the table
  std::string text;
};

struct CedtReading {
  Cedt cedt;
  /// Records that were skipped ("skipped: ...") and oddities that were accepted, by offset.
  std::vector<CedtFinding> notes;
};

/// Why the table cannot be written: violations() of its windows, and windows of one granularity
/// that disagree about their XOR maps, for which a CEDT has one place only. Empty when it can.
std::vector<std::string> violations(const Cedt& cedt);

/// The table's bytes: CHBS, then CFMWS, then one CXIMS for each granularity at which a window uses
/// XOR maps. Maps beyond those that the windows use are not written. Throws std::invalid_argument
/// when there are violations().
std::vector<std::uint8_t> write_cedt(const Cedt& cedt);

/// Inverse of write_cedt. Structural damage (truncation, record lengths, signature, checksum) is
/// the finding alone. A window that breaks a rule is skipped with a note and the others are kept,
/// as Linux does; unknown records are skipped silently. As with Linux a window of 1 way has 256 B
/// granularity whatever the table says, and XOR windows keep just the maps that they use. Targets
/// are not looked up among the host bridges.
std::variant<CedtReading, CedtFinding> read_cedt(const std::vector<std::uint8_t>& bytes);

}  // namespace cxlpool::address
