// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/capacity/extent.h"

namespace cxlpool::capacity {

/// Values are those of the commands (fact sheet 5.5).
enum class Selection : std::uint8_t {
  free = 0,                  ///< lowest DPA first, one extent from each gap until there is enough
  contiguous = 1,            ///< one extent: the lowest gap that is long enough
  prescriptive = 2,          ///< exactly the extents listed
  enable_shared_access = 3,  ///< what is allocated under the tag becomes visible to one more host
};

enum class Removal : std::uint8_t { tag_based = 0, prescriptive = 1 };

/// Initiate Dynamic Capacity Add (5604h) or its QMP equal.
struct AddRequest {
  HostId host{};
  Selection selection = Selection::prescriptive;
  std::uint8_t region = 0;      ///< free, contiguous
  std::uint64_t length = 0;     ///< free, contiguous: bytes
  Tag tag;                      ///< of all but prescriptive, which has one in each extent
  std::vector<Extent> extents;  ///< prescriptive
};

/// Initiate Dynamic Capacity Release (5605h) or its QMP equal.
struct ReleaseRequest {
  HostId host{};
  Removal removal = Removal::prescriptive;
  bool forced = false;
  bool sanitize = false;
  /// Tag-based: bytes, taken from the lowest DPA up; nullopt is everything under the tag.
  std::optional<std::uint64_t> length;
  /// Tag-based: which. Prescriptive: shown in the events of entries that have no tag of their own.
  Tag tag;
  /// Prescriptive. An entry's own tag and sequence go into its event; an entry without, and without
  /// a tag in the request, shows those of the capacity.
  std::vector<Extent> extents;
};

}  // namespace cxlpool::capacity
