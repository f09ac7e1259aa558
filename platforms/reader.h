// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platforms/description.h"
#include "platforms/document.h"

/// Reads platform files. Strict: an unknown or duplicate key, a value of the wrong type or out of
/// range and a missing key are InputErrors (platforms/input_error.h) with line and column; nothing
/// is guessed or ignored. Safe on hostile files: bounded time and memory, no other exception.
namespace cxlpool::platforms {

/// Reads `file`, carries out `sets` (each PATH=VALUE, see apply_set()) in order, converts and
/// validates (platforms/validate.h).
PlatformDescription read_platform(const std::string& file,
                                  const std::vector<std::string>& sets = {});

/// The same for text that is already here; `file` names it in messages, and its folder is what
/// relative paths are relative to.
PlatformDescription read_platform_text(std::string_view text, const std::string& file,
                                       const std::vector<std::string>& sets = {});

/// Types and defaults alone: what the file says, whether or not it can be built.
PlatformDescription convert(const Document& document);

}  // namespace cxlpool::platforms
