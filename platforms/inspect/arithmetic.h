// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/address/hdm_decoder.h"
#include "models/address/window.h"

/// The interleave arithmetic of sources.md 3 written out for one address, as an engineer would
/// check it by hand. Each sentence ends in the value that the model computed.
namespace cxlpool::platforms {

/// Why a window chose its target: "(0x110002300 >> 8) mod 2 = 1", or one parity per XOR map.
/// Nothing where there is but one.
std::vector<std::string> window_arithmetic(const address::FixedMemoryWindow& window,
                                           std::uint64_t hpa);

/// Why a bridge or switch chose its target: "bits 10:9 of 0x110002300 = 1";
/// empty where there is but one.
std::string port_arithmetic(address::Interleave interleave, std::uint64_t hpa);

/// Address bits that a bridge or switch looks at: "bits 10:9"; empty for one way.
std::string selecting_bits(address::Interleave interleave);

/// How the device removes the interleave from an offset: "(0x2300 >> 10 << 8) | 0x0 = 0x800".
std::string dpa_arithmetic(address::Interleave interleave, std::uint64_t hpa_offset);

/// "2 ways x 256 B", or "1 way".
std::string interleave_text(address::Interleave interleave);

}  // namespace cxlpool::platforms
