// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "platforms/qmp/result.h"

/// JSON as text, both ways.
namespace cxlpool::qmp {

/// The value that all of `text` is. A key that stands twice in one object, malformed UTF-8 and a
/// number beyond a double's range are errors like any other in the syntax. Integers beyond 64 bits
/// become floating point.
Result<nlohmann::json> parse_json(std::string_view text);

/// On one line. Bytes that are not UTF-8 become U+FFFD rather than an exception: an error may quote
/// what was wrong.
std::string dump_json(const nlohmann::json& value);

}  // namespace cxlpool::qmp
