// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "platforms/conform/tally.h"

/// What dynamic-capacity files say twice: a return code by its name, and the bytes of an answer
/// field by field. Whoever reads such a file believes both, so both are compared.
namespace cxlpool::platforms {

/// Whether `name` can be the files' name of a return code. Codes that no published file has may be
/// called anything that is not another code's name.
bool is_name_of(std::uint16_t return_code, const std::string& name);

/// Whether decode_answer() knows the command: 0100h, 4800h and 4801h.
bool is_decoded(std::uint16_t opcode);

/// An answer field by field, as the files have it. Null for another command, and for bytes that end
/// too early.
nlohmann::json decode_answer(std::uint16_t opcode, const std::vector<std::uint8_t>& bytes);

/// The first field of `decoded` that is not what was `stated`; its path is relative. Not compared:
/// null, fields that decode_answer() does not know, when a timestamp is (only whether there is
/// one), the order of extents.
std::optional<Difference> contradiction(const nlohmann::json& stated,
                                        const nlohmann::json& decoded);

}  // namespace cxlpool::platforms
