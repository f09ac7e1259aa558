// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "models/capacity/extent.h"

namespace cxlpool::capacity {

using HostSet = std::bitset<max_hosts>;

/// Record of List Tags (5608h).
struct TagRecord {
  Tag tag;
  bool referenced = false;  ///< by the fabric manager (5606h)
  HostSet hosts;            ///< that have accepted extents of the tag
  HostSet pending;          ///< that have been offered extents of the tag and have not answered
};

/// Every tag under which capacity is allocated: where it lies, which hosts have or are offered
/// how much of it, and whether the fabric manager refers to it. The null tag is no tag.
class TagDirectory {
 public:
  enum class Standing : std::uint8_t { offered, accepted };

  bool known(const Tag& tag) const { return records_.count(tag) != 0; }
  bool referenced(const Tag& tag) const;
  std::size_t size() const { return records_.size(); }
  /// Counts up whenever records() changes.
  std::uint32_t generation() const { return generation_; }
  std::vector<TagRecord> records() const;  ///< by tag

  /// Bases of the allocations under the tag, in order; empty when it is unknown.
  const std::set<std::uint64_t>& bases(const Tag& tag) const;
  void add_base(const Tag& tag, std::uint64_t base);
  void remove_base(const Tag& tag, std::uint64_t base);  ///< the last one ends the tag

  /// Bytes of the tag that stand so with the host.
  std::uint64_t bytes(const Tag& tag, HostId host, Standing standing) const;
  void more(const Tag& tag, HostId host, Standing standing, std::uint64_t bytes);
  void less(const Tag& tag, HostId host, Standing standing, std::uint64_t bytes);
  void refer(const Tag& tag, bool referenced);

  /// Sequence number of the next extent that the device picks under the tag.
  std::uint32_t next_sequence(const Tag& tag) const;
  void note_sequence(const Tag& tag, std::uint16_t sequence);

 private:
  using Bytes = std::array<std::uint64_t, 2>;  ///< by Standing
  struct Record {
    std::set<std::uint64_t> bases;
    std::map<HostId, Bytes> hosts;
    bool referenced = false;
    std::uint32_t next_sequence = 0;
  };

  std::map<Tag, Record> records_;
  std::uint32_t generation_ = 0;
};

}  // namespace cxlpool::capacity
