// SPDX-License-Identifier: Apache-2.0
#include "models/address/config_space.h"

namespace cxlpool::address {
namespace {

constexpr std::uint32_t class_code = 0x0502'1000;  // CXL memory device, programming interface 10h
constexpr std::uint32_t extended_header = 0x0001'0023;  // DVSEC, version 1, end of list
constexpr std::uint32_t dvsec_length = 0x3C;
constexpr std::uint32_t dvsec_revision = 2;
constexpr std::uint32_t cxl_vendor = 0x1E98;
constexpr std::uint16_t capability = 1u << 1 | 1u << 2 | 1u << 4;  // CXL.io, CXL.mem, 1 HDM range
constexpr std::uint16_t control_mask = DeviceConfigSpace::mem_enable;

bool legal(std::uint32_t offset, unsigned size) {
  return (size == 1 || size == 2 || size == 4) && offset % size == 0 &&
         offset + size <= DeviceConfigSpace::size_bytes;
}

}  // namespace

std::uint32_t DeviceConfigSpace::dword(std::uint32_t offset) const {
  switch (offset) {
    case 0x08:
      return class_code;
    case dvsec:
      return extended_header;
    case dvsec + 4:
      return dvsec_length << 20 | dvsec_revision << 16 | cxl_vendor;
    case dvsec + 8:
      return static_cast<std::uint32_t>(capability) << 16;  // DVSEC id 0
    case dvsec_control:
      return control_;
    default:
      return 0;
  }
}

std::uint32_t DeviceConfigSpace::read(std::uint32_t offset, unsigned size) const {
  if (!legal(offset, size)) return 0;
  const std::uint32_t value = dword(offset & ~3u) >> (offset % 4 * 8);
  return size == 4 ? value : value & ((1u << size * 8) - 1);
}

std::uint16_t DeviceConfigSpace::control_after(std::uint32_t offset, std::uint32_t value,
                                               unsigned size) const {
  // The byte or word that holds Mem_Enable is the register's first.
  if (!legal(offset, size) || offset != dvsec_control) return control_;
  return static_cast<std::uint16_t>(value & control_mask);
}

}  // namespace cxlpool::address
