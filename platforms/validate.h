// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/description.h"
#include "platforms/input_error.h"

namespace cxlpool::platforms {

inline constexpr unsigned max_outstanding = 65'536;
/// More than any run lives to answer.
inline constexpr std::uint64_t max_requests = 1'000'000'000'000'000;

/// Throws InputError, with the entry's Location and what would be right, for the first thing that
/// cannot be built: a name that is illegal, taken or refers to nothing, two things at one port,
/// switches in a circle, a value that its register cannot hold, an illegal window, traffic that
/// makes no sense. Whether the decoders' programming is legal is not asked here: the hardware
/// judges that at commit.
void validate(const PlatformDescription& platform);

}  // namespace cxlpool::platforms
