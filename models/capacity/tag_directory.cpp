// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/tag_directory.h"

#include <algorithm>

namespace cxlpool::capacity {

bool TagDirectory::referenced(const Tag& tag) const {
  const auto record = records_.find(tag);
  return record != records_.end() && record->second.referenced;
}

std::vector<TagRecord> TagDirectory::records() const {
  std::vector<TagRecord> list;
  list.reserve(records_.size());
  for (const auto& [tag, record] : records_) {
    TagRecord& row = list.emplace_back();
    row.tag = tag;
    row.referenced = record.referenced;
    for (const auto& [host, bytes] : record.hosts) {
      const auto bit = static_cast<std::size_t>(host);
      row.pending[bit] = bytes[static_cast<std::size_t>(Standing::offered)] != 0;
      row.hosts[bit] = bytes[static_cast<std::size_t>(Standing::accepted)] != 0;
    }
  }
  return list;
}

const std::set<std::uint64_t>& TagDirectory::bases(const Tag& tag) const {
  static const std::set<std::uint64_t> none;
  const auto record = records_.find(tag);
  return record == records_.end() ? none : record->second.bases;
}

void TagDirectory::add_base(const Tag& tag, std::uint64_t base) {
  if (tag.is_null()) return;
  const auto [record, is_new] = records_.try_emplace(tag);
  record->second.bases.insert(base);
  if (is_new) ++generation_;
}

void TagDirectory::remove_base(const Tag& tag, std::uint64_t base) {
  const auto record = records_.find(tag);
  if (record == records_.end()) return;
  record->second.bases.erase(base);
  if (!record->second.bases.empty()) return;
  records_.erase(record);
  ++generation_;
}

std::uint64_t TagDirectory::bytes(const Tag& tag, HostId host, Standing standing) const {
  const auto record = records_.find(tag);
  if (record == records_.end()) return 0;
  const auto found = record->second.hosts.find(host);
  return found == record->second.hosts.end() ? 0
                                             : found->second[static_cast<std::size_t>(standing)];
}

void TagDirectory::more(const Tag& tag, HostId host, Standing standing, std::uint64_t bytes) {
  const auto record = records_.find(tag);
  if (record == records_.end()) return;
  std::uint64_t& held = record->second.hosts[host][static_cast<std::size_t>(standing)];
  if (held == 0) ++generation_;
  held += bytes;
}

void TagDirectory::less(const Tag& tag, HostId host, Standing standing, std::uint64_t bytes) {
  const auto record = records_.find(tag);
  if (record == records_.end()) return;
  const auto entry = record->second.hosts.find(host);
  std::uint64_t& held = entry->second[static_cast<std::size_t>(standing)];
  held -= bytes;
  if (held == 0) ++generation_;
  if (entry->second == Bytes{}) record->second.hosts.erase(entry);
}

void TagDirectory::refer(const Tag& tag, bool referenced) {
  Record& record = records_.at(tag);
  if (record.referenced != referenced) ++generation_;
  record.referenced = referenced;
}

std::uint32_t TagDirectory::next_sequence(const Tag& tag) const {
  const auto record = records_.find(tag);
  return record == records_.end() ? 0 : record->second.next_sequence;
}

void TagDirectory::note_sequence(const Tag& tag, std::uint16_t sequence) {
  const auto record = records_.find(tag);
  if (record == records_.end()) return;
  record->second.next_sequence = std::max(record->second.next_sequence, sequence + 1u);
}

}  // namespace cxlpool::capacity
