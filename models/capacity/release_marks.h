// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "models/capacity/extent.h"

namespace cxlpool::capacity {

/// Ranges that a host has been asked to release and has not yet, with whether their contents are to
/// be destroyed. Asking twice for the latter is asking once; it is not taken back.
class ReleaseMarks {
 public:
  void add(const DpaRange& range, bool sanitize);
  void remove(const DpaRange& range);
  void clear() { marks_.clear(); }
  bool overlap(const DpaRange& range) const;

  struct Piece {
    DpaRange range;
    bool sanitize = false;
  };
  /// A range in pieces, marked or not.
  std::vector<Piece> cut(const DpaRange& range) const;

 private:
  struct Mark {
    std::uint64_t end = 0;
    bool sanitize = false;
  };
  using Marks = std::map<std::uint64_t, Mark>;

  void split(std::uint64_t dpa);
  Marks::const_iterator first_touching(const DpaRange& range) const;

  Marks marks_;  ///< by DPA
};

}  // namespace cxlpool::capacity
