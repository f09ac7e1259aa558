// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Bytes as they stand in commands and replies: two lower-case hexadecimal digits a byte, in memory
/// order.
namespace cxlpool::qmp {

std::string to_hex(const std::vector<std::uint8_t>& bytes);

/// Inverse; capitals are fine too. None for an odd number of digits or another character.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

}  // namespace cxlpool::qmp
