// SPDX-License-Identifier: Apache-2.0
#include "platforms/description_timing.h"

namespace cxlpool::platforms {

timing::Picoseconds PaceDescription::between(std::uint64_t bytes) const {
  if (bytes_per_second == 0) return gap;
  constexpr std::uint64_t ps_per_second = 1'000'000'000 * timing::ps_per_ns;
  return (bytes * ps_per_second + bytes_per_second - 1) / bytes_per_second;
}

}  // namespace cxlpool::platforms
