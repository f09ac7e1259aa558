// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

/// The CXL RAS capability structure as registers (CXL 3.1, 8.2.4.17; sources.md 1.1).
namespace cxlpool::address {

/// By their bits in the uncorrectable error status.
enum class UncorrectableError : std::uint8_t {
  cache_data_parity = 0,
  cache_address_parity = 1,
  cache_be_parity = 2,
  cache_data_ecc = 3,
  mem_data_parity = 4,
  mem_address_parity = 5,
  mem_be_parity = 6,
  mem_data_ecc = 7,
  reinit_threshold = 8,
  rsvd_encoding = 9,
  poison_received = 10,
  receiver_overflow = 11,
  internal = 14,
  cxl_ide_tx = 15,
  cxl_ide_rx = 16,
};

/// By their bits in the correctable error status.
enum class CorrectableError : std::uint8_t {
  cache_data_ecc = 0,
  mem_data_ecc = 1,
  crc_threshold = 2,
  retry_threshold = 3,
  cache_poison_received = 4,
  mem_poison_received = 5,
  physical = 6,
};

// All of them, by bit.
inline constexpr std::array<UncorrectableError, 15> uncorrectable_errors{
    UncorrectableError::cache_data_parity, UncorrectableError::cache_address_parity,
    UncorrectableError::cache_be_parity,   UncorrectableError::cache_data_ecc,
    UncorrectableError::mem_data_parity,   UncorrectableError::mem_address_parity,
    UncorrectableError::mem_be_parity,     UncorrectableError::mem_data_ecc,
    UncorrectableError::reinit_threshold,  UncorrectableError::rsvd_encoding,
    UncorrectableError::poison_received,   UncorrectableError::receiver_overflow,
    UncorrectableError::internal,          UncorrectableError::cxl_ide_tx,
    UncorrectableError::cxl_ide_rx};
inline constexpr std::array<CorrectableError, 7> correctable_errors{
    CorrectableError::cache_data_ecc,
    CorrectableError::mem_data_ecc,
    CorrectableError::crc_threshold,
    CorrectableError::retry_threshold,
    CorrectableError::cache_poison_received,
    CorrectableError::mem_poison_received,
    CorrectableError::physical};

/// As QEMU's users know them: "mem-data-ecc".
const char* name(UncorrectableError error);
const char* name(CorrectableError error);

/// The PCIe message by which a component tells its host that there is something to look at. That is
/// all it says: which error it was is in the registers.
enum class ErrorMessage : std::uint8_t { correctable, non_fatal, fatal };
/// "ERR_COR", "ERR_NONFATAL" or "ERR_FATAL".
const char* name(ErrorMessage message);

/// Offsets from the structure's start.
namespace ras {
inline constexpr std::uint32_t uncorrectable_status = 0x00;    ///< RW1CS
inline constexpr std::uint32_t uncorrectable_mask = 0x04;      ///< RWS, all set
inline constexpr std::uint32_t uncorrectable_severity = 0x08;  ///< RWS, all set: fatal
inline constexpr std::uint32_t correctable_status = 0x0C;      ///< RW1CS
inline constexpr std::uint32_t correctable_mask = 0x10;        ///< RWS, all set
inline constexpr std::uint32_t control = 0x14;                 ///< read-only
inline constexpr std::uint32_t header_log = 0x18;              ///< read-only
inline constexpr std::uint32_t size_bytes = 0x58;

inline constexpr std::uint32_t uncorrectable_bits = 0x1CFFF;
inline constexpr std::uint32_t correctable_bits = 0x7F;
inline constexpr std::uint32_t first_error_pointer = 0x3F;  ///< control
inline constexpr std::uint32_t multiple_header_recording = 1u << 9;

/// What the first error pointer holds after the last error was cleared: no status bit.
inline constexpr std::uint32_t no_error = 63;
}  // namespace ras

/// The first 64 bytes that a component logs of what it was looking at, by dword.
using HeaderLog = std::array<std::uint32_t, 16>;

/// The error registers of one component, and what it does when it detects an error: records it, and
/// says which message goes to the host. A masked error leaves no trace. All of this is sticky: it
/// survives resets, and only loss of power puts the reset values back.
///
/// Several uncorrectable errors are recorded in the order of happening. First error pointer and
/// header log show the first; clearing the status bit that the pointer names, alone, brings the
/// next. Clearing anything else drops all records of the cleared bits, as it would in a component
/// that records one header. Errors past `max_records` set their status bit and have no record.
class RasRegisters {
 public:
  static constexpr std::size_t max_records = 32;

  /// An error was detected. Nothing while it is masked, else the message that goes to the host.
  std::optional<ErrorMessage> record(UncorrectableError error, const HeaderLog& header);
  std::optional<ErrorMessage> record(CorrectableError error);

  /// 4-byte register access at a multiple of 4; absent registers read 0.
  std::uint32_t read(std::uint32_t offset) const;
  /// False: read-only or absent.
  bool write(std::uint32_t offset, std::uint32_t value);

  /// Power was lost and has returned.
  void lose_power() { *this = {}; }

 private:
  struct Record {
    UncorrectableError error;
    HeaderLog header;
  };

  std::uint32_t uncorrectable_status() const;
  void clear_uncorrectable(std::uint32_t bits);
  void show_first();

  std::uint32_t uncorrectable_mask_ = ras::uncorrectable_bits;
  std::uint32_t uncorrectable_severity_ = ras::uncorrectable_bits;
  std::uint32_t correctable_status_ = 0;
  std::uint32_t correctable_mask_ = ras::correctable_bits;
  std::uint32_t first_error_ = 0;
  HeaderLog header_log_{};
  std::vector<Record> records_;   ///< in the order of happening; the first is shown
  std::uint32_t unrecorded_ = 0;  ///< status bits of errors that there was no room for
};

}  // namespace cxlpool::address
