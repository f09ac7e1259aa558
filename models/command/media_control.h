// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/command/bytes.h"

namespace cxlpool::command {

/// What commands do to the memory of the device. Addresses are DPAs.
class MediaControl {
 public:
  virtual ~MediaControl() = default;
  /// Zeroes the range; `length` may span several partitions and all of the device.
  virtual void clear(std::uint64_t dpa, std::uint64_t length) = 0;
  virtual void write(std::uint64_t dpa, ByteView data) = 0;
};

}  // namespace cxlpool::command
