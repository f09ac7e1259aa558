// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/address/window.h"
#include "platforms/location.h"

namespace cxlpool::platforms {

/// One region of a device's dynamic capacity. Regions follow each other in DPA, from the first
/// multiple of 256 MiB past the static partitions.
struct DynamicRegionDescription {
  std::uint64_t length = 0;          ///< bytes, a multiple of the block
  std::uint64_t block = 2ull << 20;  ///< bytes, a power of two
  std::uint64_t decode_length = 0;   ///< bytes of DPA, a multiple of 256 MiB; 0: what length needs
  bool sanitize = false;             ///< contents are destroyed on release
  bool sharable = false;             ///< several hosts may have the same capacity
  bool non_volatile = false;
  bool hardware_coherent = false;
  bool read_only = false;
  std::optional<std::uint32_t> dsmad;  ///< handle in the CDAT; default: see the platform page
  Location location;

  /// The decode length that holds.
  std::uint64_t dpa_bytes() const {
    constexpr std::uint64_t quantum = address::hdm_quantum;
    return decode_length != 0 ? decode_length : (length + quantum - 1) / quantum * quantum;
  }
};

/// What dynamic capacity is made of: the device's own media, or memory backends that come and go
/// with their tags.
enum class DynamicBacking : std::uint8_t { media, tagged };

/// Limits and figures of a device's mailbox.
struct MailboxDescription {
  std::uint32_t payload = 2048;  ///< bytes
  std::uint32_t extents = 512;   ///< offered and accepted together
  std::uint32_t tags = 512;
  std::uint32_t event_records = 8;  ///< a log
  std::uint32_t poison_records = 256;
  std::uint64_t label_storage = 0;        ///< bytes
  std::uint64_t partition_alignment = 0;  ///< bytes; 0: volatile and persistent sizes are fixed
  std::string firmware = "BWFW VERSION 00";
};

}  // namespace cxlpool::platforms
