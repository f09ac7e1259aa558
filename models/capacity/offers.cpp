// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/offers.h"

#include <algorithm>
#include <iterator>

namespace cxlpool::capacity {

void Offers::open(const std::vector<Extent>& extents) {
  Group& group = groups_[next_group_];
  for (const Extent& extent : extents) {
    pieces_[extent.dpa] = {extent, next_group_, group.offers.size()};
    group.offers.push_back(extent.range());
    group.left.push_back(extent.length);
  }
  group.waiting = extents.size();
  extents_ += extents.size();
  ++next_group_;
}

Offers::Pieces::const_iterator Offers::first_touching(const DpaRange& range) const {
  const auto above = pieces_.lower_bound(range.base);
  if (above == pieces_.begin()) return above;
  const auto below = std::prev(above);
  return below->second.extent.range().contains(range.base) ? below : above;
}

const Extent* Offers::in_oldest(std::uint64_t dpa) const {
  const auto piece = first_touching({dpa, 1});
  const bool found = piece != pieces_.end() && piece->second.extent.range().contains(dpa) &&
                     piece->second.group == groups_.begin()->first;
  return found ? &piece->second.extent : nullptr;
}

std::size_t Offers::would_complete(const std::vector<DpaRange>& parts) const {
  if (groups_.empty()) return 0;
  const Group& oldest = groups_.begin()->second;
  std::map<std::size_t, std::uint64_t> taken;  // bytes by offer
  for (const DpaRange& part : parts) {
    taken[first_touching(part)->second.offer] += part.length;
  }
  return static_cast<std::size_t>(
      std::count_if(taken.begin(), taken.end(), [&](const auto& offer_and_bytes) {
        return oldest.left[offer_and_bytes.first] == offer_and_bytes.second;
      }));
}

void Offers::remove(Pieces::const_iterator where, const DpaRange& part) {
  const Piece whole = where->second;
  pieces_.erase(where);
  const std::uint64_t begin = whole.extent.dpa, end = whole.extent.range().end();
  const auto keep = [&](const DpaRange& rest) {
    if (rest.length == 0) return;
    pieces_[rest.base] = {clip(whole.extent, rest), whole.group, whole.offer};
  };
  keep({begin, part.base - begin});
  keep({part.end(), end - part.end()});
  Group& group = groups_.at(whole.group);
  group.left[whole.offer] -= part.length;
  if (group.left[whole.offer] != 0) return;
  --group.waiting;
  --extents_;
}

void Offers::take(const DpaRange& part) {
  groups_.begin()->second.answering = true;
  remove(first_touching(part), part);
}

std::vector<Extent> Offers::waiting_in(std::uint64_t id, const Group& group) const {
  std::vector<Extent> found;
  for (std::size_t i = 0; i < group.offers.size(); ++i) {
    if (group.left[i] == 0) continue;
    // What has been taken of the offer may have been released, and be offered in a later group.
    const DpaRange& range = group.offers[i];
    for (auto piece = first_touching(range); piece != pieces_.end() && piece->first < range.end();
         ++piece) {
      if (piece->second.group == id) found.push_back(piece->second.extent);
    }
  }
  return found;
}

std::vector<Extent> Offers::close_oldest() {
  const auto oldest = groups_.begin();
  std::vector<Extent> rest = waiting_in(oldest->first, oldest->second);
  for (const Extent& extent : rest) pieces_.erase(extent.dpa);
  extents_ -= oldest->second.waiting;
  groups_.erase(oldest);
  return rest;
}

bool Offers::overlap(const DpaRange& range) const {
  const auto piece = first_touching(range);
  return piece != pieces_.end() && piece->first < range.end();
}

std::vector<Extent> Offers::touching(const DpaRange& range) const {
  std::vector<Extent> found;
  for (auto piece = first_touching(range); piece != pieces_.end() && piece->first < range.end();
       ++piece) {
    found.push_back(piece->second.extent);
  }
  return found;
}

std::vector<Extent> Offers::within(const DpaRange& range) const {
  std::vector<Extent> parts = touching(range);
  for (Extent& part : parts) part = clip(part, range);
  return parts;
}

std::vector<Extent> Offers::withdraw(const DpaRange& range) {
  std::vector<Extent> parts = within(range);
  for (const Extent& part : parts) {
    const auto piece = first_touching(part.range());
    const auto group = groups_.find(piece->second.group);
    remove(piece, part.range());
    if (group->second.waiting == 0 && !group->second.answering) groups_.erase(group);
  }
  return parts;
}

std::vector<std::vector<Extent>> Offers::groups() const {
  std::vector<std::vector<Extent>> list;
  for (const auto& [id, group] : groups_) list.push_back(waiting_in(id, group));
  return list;
}

std::vector<Extent> Offers::all() const {
  std::vector<Extent> list;
  for (const auto& [dpa, piece] : pieces_) list.push_back(piece.extent);
  return list;
}

void Offers::clear() { *this = {}; }

}  // namespace cxlpool::capacity
