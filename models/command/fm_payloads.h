// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/command/bytes.h"

/// Payloads of the fabric manager's commands 5600h-5608h (sources.md 5.5) and of 5500h, 5501h
/// (6.6).
namespace cxlpool::command {

struct DcdInfo {
  std::uint8_t hosts = 0;
  std::uint8_t regions = 0;
  std::uint16_t selection_policies = 0;
  std::uint16_t removal_policies = 0;
  std::uint8_t sanitize_configurable = 0;
  std::uint64_t total_capacity = 0;  ///< in units of 256 MiB
  std::array<std::uint64_t, 8> block_sizes{};

  template <class Codec>
  void fields(Codec& codec) {
    codec(hosts), codec(regions), codec.reserved(2), codec(selection_policies), codec.reserved(2);
    codec(removal_policies), codec(sanitize_configurable), codec.reserved(1);
    codec(total_capacity);
    for (auto& mask : block_sizes) codec(mask);
  }
};

struct GetHostDcRegions {
  std::uint16_t host = 0;
  std::uint8_t count = 0;
  std::uint8_t start = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(host), codec(count), codec(start);
  }
};

struct HostDcRegionsHeader {
  std::uint16_t host = 0;
  std::uint8_t regions = 0;
  std::uint8_t returned = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(host), codec(regions), codec(returned);
  }
};

struct HostDcRegion {
  std::uint64_t base = 0;
  std::uint64_t decode_length = 0;  ///< in units of 256 MiB
  std::uint64_t length = 0;
  std::uint64_t block_size = 0;
  std::uint8_t dsmas_flags = 0;
  std::uint8_t sanitize = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(base), codec(decode_length), codec(length), codec(block_size), codec(dsmas_flags);
    codec.reserved(3), codec(sanitize), codec.reserved(3);
  }
};

struct SetDcRegion {
  std::uint8_t region = 0;
  std::uint64_t block_size = 0;
  std::uint8_t sanitize = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(region), codec.reserved(3), codec(block_size), codec(sanitize), codec.reserved(3);
  }
};

struct GetDcRegionExtents {
  std::uint16_t host = 0;
  std::uint32_t count = 0;
  std::uint32_t start = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(host), codec.reserved(2), codec(count), codec(start);
  }
};

struct DcRegionExtentsHeader {
  std::uint16_t host = 0;
  std::uint32_t start = 0;
  std::uint32_t returned = 0;
  std::uint32_t total = 0;
  std::uint32_t generation = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(host), codec.reserved(2), codec(start), codec(returned), codec(total), codec(generation);
    codec.reserved(4);
  }
};

/// 5604h's request, before its extents.
struct InitiateDcAdd {
  std::uint16_t host = 0;
  std::uint8_t policy = 0;  ///< [3:0]
  std::uint8_t region = 0;
  std::uint64_t length = 0;
  Uuid tag{};
  std::uint32_t count = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(host), codec(policy), codec(region), codec(length), codec(tag), codec(count);
  }
};

/// 5605h's request, before its extents.
struct InitiateDcRelease {
  static constexpr std::uint8_t policy_mask = 0x0F;
  static constexpr std::uint8_t forced = 1u << 4;
  static constexpr std::uint8_t sanitize = 1u << 5;

  std::uint16_t host = 0;
  std::uint8_t flags = 0;
  std::uint64_t length = 0;
  Uuid tag{};
  std::uint32_t count = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(host), codec(flags), codec.reserved(1), codec(length), codec(tag), codec(count);
  }
};

struct ListDcTags {
  std::uint32_t start = 0;
  std::uint32_t max = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(start), codec(max);
  }
};

struct DcTagsHeader {
  std::uint32_t generation = 0;
  std::uint32_t total = 0;
  std::uint32_t returned = 0;
  std::uint8_t validity = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(generation), codec(total), codec(returned), codec(validity), codec.reserved(3);
  }
};

struct DcTagRecord {
  Uuid tag{};
  std::uint8_t flags = 0;
  std::array<std::uint8_t, 32> hosts{};          ///< bit per host that has the tag
  std::array<std::uint8_t, 32> pending_hosts{};  ///< bit per host to which it is offered

  template <class Codec>
  void fields(Codec& codec) {
    codec(tag), codec(flags), codec.reserved(3), codec(hosts), codec(pending_hosts);
  }
};

struct GetMultiHeadedInfo {
  std::uint8_t start_ld = 0;
  std::uint8_t limit = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(start_ld), codec(limit);
  }
};

/// Before the map of LDs to heads.
struct MultiHeadedInfoHeader {
  std::uint8_t lds = 0;
  std::uint8_t heads = 0;
  std::uint8_t start_ld = 0;
  std::uint8_t returned = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(lds), codec(heads), codec.reserved(2), codec(start_ld), codec(returned);
    codec.reserved(2);
  }
};

struct GetHeadInfo {
  std::uint8_t start_head = 0;
  std::uint8_t count = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(start_head), codec(count);
  }
};

struct HeadInfoHeader {
  std::uint8_t count = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(count), codec.reserved(3);
  }
};

struct HeadInfo {
  std::uint8_t port = 0;
  std::uint8_t max_width = 16;
  std::uint8_t width = 16;
  std::uint8_t speeds = 0x1F;
  std::uint8_t max_speed = 5;
  std::uint8_t speed = 5;
  std::uint8_t ltssm = 4;  ///< L0
  std::uint8_t first_lane = 0;
  std::uint8_t link_flags = 4;  ///< device present

  template <class Codec>
  void fields(Codec& codec) {
    codec(port), codec(max_width), codec(width), codec(speeds), codec(max_speed), codec(speed);
    codec(ltssm), codec(first_lane), codec(link_flags);
  }
};

}  // namespace cxlpool::command
