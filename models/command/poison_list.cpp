// SPDX-License-Identifier: Apache-2.0
#include "models/command/poison_list.h"

#include <algorithm>
#include <limits>

namespace cxlpool::command {

namespace {

std::uint64_t end_of(std::uint64_t start, std::uint64_t length) {
  constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
  return length > top - start ? top : start + length;
}

}  // namespace

bool PoisonList::overlaps(const Records& records, std::uint64_t start, std::uint64_t length) {
  const auto after = records.lower_bound(end_of(start, length));
  if (after == records.begin()) return false;
  return std::prev(after)->second.end() > start;
}

void PoisonList::mark_overflow() {
  if (!overflowed_) overflow_time_ = timestamp_.get();
  overflowed_ = true;
}

void PoisonList::insert(const Record& record) {
  if (listed_.size() < limit_) {
    listed_.emplace(record.start, record);
  } else {
    unlisted_.emplace(record.start, record);
    mark_overflow();
  }
}

ReturnCode PoisonList::inject_line(std::uint64_t dpa, std::uint16_t inject_limit) {
  if (poisoned(dpa, line_bytes)) return ReturnCode::success;
  const auto injected = std::count_if(listed_.begin(), listed_.end(), [](const auto& entry) {
    return entry.second.source == PoisonSource::injected;
  });
  if (listed_.size() >= limit_ || (inject_limit != 0 && injected >= inject_limit)) {
    return ReturnCode::inject_poison_limit;
  }
  insert({dpa, line_bytes, PoisonSource::injected});
  return ReturnCode::success;
}

bool PoisonList::inject(std::uint64_t start, std::uint64_t length) {
  if (length == 0 || start % line_bytes != 0 || length % line_bytes != 0) return false;
  if (length > std::numeric_limits<std::uint64_t>::max() - start) return false;
  if (length / line_bytes > std::numeric_limits<std::uint32_t>::max()) return false;
  if (poisoned(start, length)) return false;
  insert({start, length, PoisonSource::internal});
  return true;
}

void PoisonList::clear_line(std::uint64_t dpa) { clear_range(dpa, line_bytes); }

void PoisonList::clear_range(std::uint64_t start, std::uint64_t length) {
  const std::uint64_t end = end_of(start, length);
  std::vector<Record> pieces;
  for (Records* records : {&listed_, &unlisted_}) {
    auto next = records->upper_bound(start);
    if (next != records->begin() && std::prev(next)->second.end() > start) --next;
    while (next != records->end() && next->first < end) {
      const Record cut = next->second;
      next = records->erase(next);
      if (cut.start < start) pieces.push_back({cut.start, start - cut.start, cut.source});
      if (cut.end() > end) pieces.push_back({end, cut.end() - end, cut.source});
    }
  }
  for (const Record& piece : pieces) insert(piece);
}

void PoisonList::rebuild() {
  while (!unlisted_.empty() && listed_.size() < limit_) {
    listed_.insert(*unlisted_.begin());
    unlisted_.erase(unlisted_.begin());
  }
  overflowed_ = !unlisted_.empty();
  if (!overflowed_) overflow_time_ = 0;
}

bool PoisonList::poisoned(std::uint64_t dpa, std::uint64_t length) const {
  if (length == 0) return false;
  return overlaps(listed_, dpa, length) || overlaps(unlisted_, dpa, length);
}

std::vector<PoisonList::Record> PoisonList::within(std::uint64_t start,
                                                   std::uint64_t length) const {
  const std::uint64_t end = end_of(start, length);
  std::vector<Record> found;
  for (const auto& [base, record] : listed_) {
    const std::uint64_t from = std::max(start, record.start);
    const std::uint64_t to = std::min(end, record.end());
    if (from < to) found.push_back({from, to - from, record.source});
  }
  return found;
}

void PoisonList::save(Writer& state) const {
  for (const Records* records : {&listed_, &unlisted_}) {
    state(static_cast<std::uint64_t>(records->size()));
    for (const auto& [start, record] : *records) {
      state(record.start);
      state(record.length);
      state(static_cast<std::uint8_t>(record.source));
    }
  }
  state(overflowed_);
  state(overflow_time_);
}

}  // namespace cxlpool::command
