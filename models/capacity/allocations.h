// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "models/capacity/free_space.h"
#include "models/capacity/region.h"
#include "models/capacity/tag_directory.h"

namespace cxlpool::capacity {

/// Capacity that is not free, and for whom: hosts that have accepted it or are offered it, several
/// where it is shared, none where only a reference of the fabric manager keeps it.
struct Allocation {
  Extent extent;
  HostSet hosts;
  bool sanitize = false;     ///< the contents are to be destroyed when it is freed
  std::uint64_t origin = 0;  ///< the same in all parts of what was allocated as one extent
};

/// The one index of who holds which capacity of a device, by DPA. Capacity is freed when the last
/// host drops it, unless a reference keeps its tag. Ranges are whole blocks of one region.
class Allocations {
 public:
  /// Told of every range that is freed, once it is.
  using Freed = std::function<void(const Allocation&)>;

  Allocations(const std::vector<Region>& regions, Freed freed);

  /// Whether any byte is allocated. Any range will do, also one that passes 2^64.
  bool overlaps(const DpaRange& range) const;
  const FreeSpace& free_space(std::size_t region) const { return free_[region]; }
  const TagDirectory& tags() const { return tags_; }
  TagDirectory& tags() { return tags_; }

  std::vector<Allocation> all() const;  ///< by DPA
  /// Under one tag, by DPA; not for the null tag.
  std::vector<Allocation> under(const Tag& tag) const;
  const Allocation* at(std::uint64_t dpa) const;

  void allocate(const Extent& extent, HostId host);
  /// Capacity that is allocated comes to one more host.
  void share(const DpaRange& range, HostId host);
  /// The host no longer holds the range, all of which it held.
  void drop(const DpaRange& range, HostId host, bool sanitize);

  void refer(const Tag& tag) { tags_.refer(tag, true); }
  /// Frees what nobody holds.
  void unrefer(const Tag& tag);

 private:
  using ByDpa = std::map<std::uint64_t, Allocation>;

  void split(std::uint64_t dpa);
  /// Parts of one extent that have become alike are one again, around and in a range.
  void merge(const DpaRange& range);
  ByDpa::iterator free(ByDpa::iterator allocation);

  std::vector<Region> regions_;
  ByDpa by_dpa_;
  TagDirectory tags_;
  std::vector<FreeSpace> free_;
  std::uint64_t next_origin_ = 0;
  Freed freed_;
};

}  // namespace cxlpool::capacity
