// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "models/capacity/extent.h"

namespace cxlpool::capacity {

/// The offers to one host that wait for its answer: groups, the oldest first, each from one add
/// request. An offered extent waits until all of it is taken or withdrawn, or its group closes.
class Offers {
 public:
  bool empty() const { return groups_.empty(); }
  /// Extents that wait, in all groups and in the oldest.
  std::size_t extents() const { return extents_; }
  std::size_t oldest_extents() const {
    return groups_.empty() ? 0 : groups_.begin()->second.waiting;
  }

  void open(const std::vector<Extent>& extents);

  /// What still waits of the extent of the oldest group that a byte lies in; nullptr if it does
  /// not.
  const Extent* in_oldest(std::uint64_t dpa) const;
  /// How many extents of the oldest group would be wholly taken with these parts of it.
  std::size_t would_complete(const std::vector<DpaRange>& parts) const;
  /// Part of an answer: the range is in one piece of the oldest group.
  void take(const DpaRange& part);
  /// The end of the answer: what has not been taken of the oldest group.
  std::vector<Extent> close_oldest();

  bool overlap(const DpaRange& range) const;
  /// What waits, whole pieces that touch the range, and clipped to it.
  std::vector<Extent> touching(const DpaRange& range) const;
  std::vector<Extent> within(const DpaRange& range) const;
  /// Takes the range out of all groups, and returns what was offered of it. A group that has
  /// nothing left closes, unless its answer has begun: then the end of the answer closes it.
  std::vector<Extent> withdraw(const DpaRange& range);

  /// What still waits, group by group.
  std::vector<std::vector<Extent>> groups() const;
  std::vector<Extent> all() const;  ///< by DPA
  void clear();

 private:
  /// A part of an offered extent that has been neither taken nor withdrawn.
  struct Piece {
    Extent extent;
    std::uint64_t group = 0;
    std::size_t offer = 0;  ///< index in the group
  };
  struct Group {
    std::vector<DpaRange> offers;
    std::vector<std::uint64_t> left;  ///< bytes of each offer that wait
    std::size_t waiting = 0;          ///< offers with bytes left
    bool answering = false;
  };
  using Pieces = std::map<std::uint64_t, Piece>;  ///< by DPA

  Pieces::const_iterator first_touching(const DpaRange& range) const;
  /// Removes a part of one piece.
  void remove(Pieces::const_iterator piece, const DpaRange& part);
  std::vector<Extent> waiting_in(std::uint64_t id, const Group& group) const;

  Pieces pieces_;
  std::map<std::uint64_t, Group> groups_;  ///< by number, in order of arrival
  std::uint64_t next_group_ = 0;
  std::size_t extents_ = 0;
};

}  // namespace cxlpool::capacity
