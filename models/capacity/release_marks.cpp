// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/release_marks.h"

#include <algorithm>
#include <iterator>

namespace cxlpool::capacity {

ReleaseMarks::Marks::const_iterator ReleaseMarks::first_touching(const DpaRange& range) const {
  const auto above = marks_.lower_bound(range.base);
  if (above == marks_.begin()) return above;
  const auto below = std::prev(above);
  return below->second.end > range.base ? below : above;
}

bool ReleaseMarks::overlap(const DpaRange& range) const {
  const auto mark = first_touching(range);
  return mark != marks_.end() && mark->first < range.end();
}

void ReleaseMarks::split(std::uint64_t dpa) {
  auto lower = marks_.lower_bound(dpa);
  if (lower == marks_.begin()) return;
  --lower;
  if (lower->second.end <= dpa) return;
  marks_.emplace(dpa, lower->second);
  lower->second.end = dpa;
}

void ReleaseMarks::add(const DpaRange& range, bool sanitize) {
  const std::vector<Piece> pieces = cut(range);
  remove(range);
  for (const Piece& piece : pieces) {
    marks_.emplace(piece.range.base, Mark{piece.range.end(), piece.sanitize || sanitize});
  }
}

void ReleaseMarks::remove(const DpaRange& range) {
  split(range.base);
  split(range.end());
  marks_.erase(marks_.lower_bound(range.base), marks_.lower_bound(range.end()));
}

std::vector<ReleaseMarks::Piece> ReleaseMarks::cut(const DpaRange& range) const {
  std::vector<Piece> pieces;
  std::uint64_t at = range.base;
  const auto until = [&](std::uint64_t end, bool sanitize) {
    if (end > at) pieces.push_back({{at, end - at}, sanitize});
    at = std::max(at, end);
  };
  for (auto mark = first_touching(range); mark != marks_.end() && mark->first < range.end();
       ++mark) {
    until(mark->first, false);
    until(std::min(mark->second.end, range.end()), mark->second.sanitize);
  }
  until(range.end(), false);
  return pieces;
}

}  // namespace cxlpool::capacity
