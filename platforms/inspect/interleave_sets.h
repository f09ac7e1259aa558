// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platforms/programming.h"

namespace cxlpool::platforms {

/// One host's region as its kernel puts it together from what is committed: the endpoint decoders
/// that hold the same range of HPA, whoever programmed them.
struct InterleaveSet {
  struct Member {
    address::NodeIndex node = address::no_node;
    unsigned decoder = 0;
    unsigned position = 0;
  };

  std::uint64_t base = 0, size = 0;
  address::Interleave interleave;  ///< of the first member
  int window = -1;                 ///< that holds all of it; -1: none does
  std::vector<Member> members;     ///< by position
  std::string name;                ///< of the described region; empty when programmed by hand
};

/// By base. Positions are those of the described region; else the granule of a stripe that reaches
/// the member, or, where none does, the order of the devices.
std::vector<InterleaveSet> find_interleave_sets(Platform& platform, std::size_t host,
                                                const Programming& programming);

}  // namespace cxlpool::platforms
