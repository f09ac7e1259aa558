// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/address/decode_tree.h"

/// Few addresses that stand for all. Between two neighbouring edges of decoders every component
/// uses one decoder, and routes repeat; so what holds of one period holds of the whole stretch.
namespace cxlpool::platforms {

/// A stretch of a window in which no decoder below begins or ends; `last` is inclusive.
struct Stretch {
  std::uint64_t first = 0, last = 0;
  bool programmed = false;  ///< some decoder, committed or not, holds it
};

/// The stretches of a window, ascending; none where the window is empty or wraps.
std::vector<Stretch> stretches_of(const address::DecodeTree& tree,
                                  const address::FixedMemoryWindow& window);

/// Addresses of a stretch such that every route that one of its addresses takes, and every way in
/// which several of them share a byte of a device, is met by one of these; the stretch's ends are
/// among them. They are two periods from the start, for stripes of 3 ways need not begin where the
/// stretch does, and one at the end. XOR maps look at high address bits: there a MiB stands for all
/// that have the same parities above it (among the first million of runs of equal parity).
std::vector<std::uint64_t> routing_patterns(const address::DecodeTree& tree,
                                            const address::FixedMemoryWindow& window,
                                            const Stretch& stretch);

}  // namespace cxlpool::platforms
