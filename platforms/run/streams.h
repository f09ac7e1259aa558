// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "platforms/builder.h"
#include "platforms/programming.h"
#include "traffic/request.h"

namespace cxlpool::platforms {

/// Makes the source of entry `index` of the platform's traffic: a pattern or a trace, over the
/// region or range that the entry names. Throws InputError when that cannot be (the region was not
/// made, the pattern does not fit), TraceError for a trace that cannot be opened.
std::unique_ptr<traffic::RequestSource> make_source(const PlatformDescription& description,
                                                    const Programming& programming,
                                                    std::size_t index);

}  // namespace cxlpool::platforms
