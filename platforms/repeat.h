// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platforms/scalar.h"

namespace cxlpool::platforms {

/// Replaces every `{i}` of `text` by `index`, which counts the copies that `repeat: N` makes of an
/// entry from 0. Inside the braces i may be followed by * / % and then by + - with integers,
/// evaluated from left to right: `h{i/2}`, `{i*4+1}GiB`. Fails on anything else in braces, on a
/// result that is negative or does not fit, and on braces where nothing repeats (no index).
Parsed<std::string> substitute(std::string_view text, std::optional<std::uint64_t> index);

}  // namespace cxlpool::platforms
