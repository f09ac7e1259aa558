// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cxlpool::address {

/// The part of a Type-3 device's PCIe configuration space that decides whether it decodes: the
/// DVSEC for CXL devices (vendor 1E98h, id 0), whose control register holds Mem_Enable. Accesses of
/// 1, 2 and 4 bytes; everything else reads zero and ignores writes.
class DeviceConfigSpace {
 public:
  static constexpr std::uint32_t size_bytes = 0x1000;
  static constexpr std::uint32_t dvsec = 0x100;                 ///< first extended capability
  static constexpr std::uint32_t dvsec_control = dvsec + 0x0C;  ///< 2 bytes
  static constexpr std::uint16_t mem_enable = 1u << 2;

  std::uint32_t read(std::uint32_t offset, unsigned size) const;
  /// Control as it would read after this write; equal to control() when the write does nothing.
  std::uint16_t control_after(std::uint32_t offset, std::uint32_t value, unsigned size) const;
  void set_control(std::uint16_t control) { control_ = control; }
  std::uint16_t control() const { return control_; }
  bool memory_enabled() const { return (control_ & mem_enable) != 0; }
  void reset() { control_ = 0; }

 private:
  std::uint32_t dword(std::uint32_t offset) const;

  std::uint16_t control_ = 0;
};

}  // namespace cxlpool::address
