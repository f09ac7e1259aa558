// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "platforms/document.h"
#include "platforms/section.h"

namespace cxlpool::platforms {

/// The node that a path such as `devices[2, i=5].volatile` leads to, or the last one on the way to
/// it that exists.
const Node& deepest(const Document& document, std::string_view path);

/// Carries out `--set PATH=VALUE`: `traffic[0].requests=1000`, `devices[mem0].volatile=4GiB`. VALUE
/// is YAML. An entry must be there already, by number or by the name as written in the file; a key
/// may be new as long as `root` knows it. Throws InputError, whose file is `--set`.
void apply_set(Document& document, std::string_view assignment,
               const Section& root = platform_section());

}  // namespace cxlpool::platforms
