// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "traffic/patterns/options.h"
#include "traffic/request.h"

namespace cxlpool::traffic {

/// The names that make_pattern() knows, in the order of the documentation.
std::vector<std::string_view> pattern_names();

/// Makes the pattern called `name`. Throws PatternError for an unknown name (naming the nearest
/// one and all others) and for options outside their ranges. To add a pattern: its file, and one
/// line in the table of factory.cpp.
std::unique_ptr<RequestSource> make_pattern(const std::string& name, const PatternOptions& options);

}  // namespace cxlpool::traffic
