// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "models/capacity/access_map.h"
#include "models/capacity/extent.h"

namespace cxlpool::capacity {

/// Ranges that a host has been asked to release and has not yet, with whether their contents go.
class ReleaseMarks {
 public:
  void add(const DpaRange& range, bool sanitize);
  void remove(const DpaRange& range);
  bool overlaps(const DpaRange& range) const;
  /// The range in pieces of one answer each to whether its contents are to go.
  struct Piece {
    DpaRange range;
    bool sanitize = false;
  };
  std::vector<Piece> cut(const DpaRange& range) const;

 private:
  struct Mark {
    std::uint64_t length = 0;
    bool sanitize = false;
  };
  void split(std::uint64_t dpa);
  std::map<std::uint64_t, Mark> marks_;
};

/// The offers to one host that it has not answered: groups, the oldest first, each from one add
/// request. A part that is taken or withdrawn leaves its group; a group left empty by a withdrawal
/// closes.
class Offers {
 public:
  /// What is left of an offered extent.
  struct Piece {
    Extent extent;
    std::uint64_t group = 0;
    std::size_t offer = 0;  ///< index in the group
  };

  bool empty() const { return groups_.empty(); }
  std::size_t extents() const { return extents_; }  ///< not wholly taken, all groups
  std::size_t oldest_extents() const { return groups_.empty() ? 0 : groups_.front().open; }

  void open(const std::vector<Extent>& extents);
  /// The piece of any group that holds all of a range, and the same for the oldest group.
  const Piece* find(const DpaRange& range) const;
  const Piece* find_in_oldest(const DpaRange& range) const;
  bool overlaps(const DpaRange& range) const;
  std::size_t index_of_oldest() const { return 0; }

  /// How many extents of the oldest group would be wholly taken with these ranges.
  std::size_t would_complete(const std::vector<DpaRange>& ranges) const;
  /// Takes a part of a piece away.
  void take(const DpaRange& range);
  /// Closes the oldest group, what is left of it is returned.
  std::vector<Extent> close_oldest();
  /// Groups of no extents, wherever they are.
  std::size_t drop_empty();

  std::vector<Extent> in(const DpaRange& range) const;  ///< parts of the range that are offered
  std::vector<std::vector<Extent>> groups() const;

 private:
  struct Group {
    std::uint64_t id = 0;
    std::vector<Extent> offers;
    std::vector<std::uint64_t> left;  ///< bytes of each offer
    std::size_t open = 0;             ///< offers with bytes left
  };
  Group& group(std::uint64_t id);

  std::map<std::uint64_t, Piece> pieces_;  ///< by DPA
  std::deque<Group> groups_;
  std::uint64_t next_group_ = 0;
  std::size_t extents_ = 0;
};

}  // namespace cxlpool::capacity
