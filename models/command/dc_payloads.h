// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/command/bytes.h"

/// Payloads of the host's dynamic capacity commands 4800h-4803h (sources.md 5.3). Extents are
/// `ExtentRecord`.
namespace cxlpool::command {

/// 4800h's request.
struct GetDcConfiguration {
  std::uint8_t count = 0;
  std::uint8_t start = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(count), codec(start);
  }
};

struct DcConfigurationHeader {
  std::uint8_t regions = 0;
  std::uint8_t returned = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(regions), codec(returned), codec.reserved(6);
  }
};

struct DcRegionRecord {
  std::uint64_t base = 0;
  std::uint64_t decode_length = 0;  ///< in units of 256 MiB
  std::uint64_t length = 0;
  std::uint64_t block_size = 0;
  std::uint32_t dsmad_handle = 0;
  std::uint8_t flags = 0;  ///< bit 0 sanitize on release

  template <class Codec>
  void fields(Codec& codec) {
    codec(base), codec(decode_length), codec(length), codec(block_size), codec(dsmad_handle);
    codec(flags), codec.reserved(3);
  }
};

/// After the region records of 4800h and 5601h.
struct DcFigures {
  std::uint32_t extents_supported = 0;
  std::uint32_t extents_available = 0;
  std::uint32_t tags_supported = 0;
  std::uint32_t tags_available = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(extents_supported), codec(extents_available), codec(tags_supported);
    codec(tags_available);
  }
};

/// 4801h's request.
struct GetDcExtentList {
  std::uint32_t count = 0;
  std::uint32_t start = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(count), codec(start);
  }
};

struct DcExtentListHeader {
  std::uint32_t returned = 0;
  std::uint32_t total = 0;
  std::uint32_t generation = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(returned), codec(total), codec(generation), codec.reserved(4);
  }
};

/// 4802h's and 4803h's request, before its entries.
struct UpdatedExtentsHeader {
  static constexpr std::uint8_t more = 1u << 0;

  std::uint32_t count = 0;
  std::uint8_t flags = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(count), codec(flags), codec.reserved(3);
  }
};

struct UpdatedExtent {
  std::uint64_t start_dpa = 0;
  std::uint64_t length = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(start_dpa), codec(length), codec.reserved(8);
  }
};

}  // namespace cxlpool::command
