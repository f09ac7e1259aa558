// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "platforms/conform/capacity_file.h"

namespace cxlpool::platforms {

/// Whether an answer to `opcode` is the expected one. Not compared: bytes that the file leaves out,
/// what a timestamp says (only whether there is one), and the order of extents in lists. `skipped`
/// bytes lie before the command's own, as in a tunnel.
bool is_expected(std::uint16_t opcode, std::size_t skipped, const ExpectedBytes& expected,
                 const std::vector<std::uint8_t>& got);

}  // namespace cxlpool::platforms
