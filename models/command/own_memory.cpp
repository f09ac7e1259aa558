// SPDX-License-Identifier: Apache-2.0
#include "models/command/own_memory.h"

namespace cxlpool::command {

void OwnMemory::attach(const capacity::DynamicCapacity& pool, capacity::HostId host) {
  pool_ = &pool;
  host_ = host;
}

std::uint64_t OwnMemory::end() const {
  if (!pool_ || pool_->regions().empty()) return static_bytes_;
  return pool_->regions().back().range().end();
}

bool OwnMemory::holds(std::uint64_t dpa, std::uint64_t length) const {
  const capacity::DpaRange range{dpa, length};
  if (capacity::DpaRange{0, static_bytes_}.contains(range)) return true;
  return length != 0 && pool_ && pool_->accessible(host_, range);
}

bool OwnMemory::writable(std::uint64_t dpa, std::uint64_t length) const {
  return holds(dpa, length) && !(pool_ && pool_->read_only({dpa, length}));
}

std::vector<capacity::DpaRange> OwnMemory::ranges() const {
  std::vector<capacity::DpaRange> ranges;
  if (static_bytes_ != 0) ranges.push_back({0, static_bytes_});
  if (!pool_) return ranges;
  for (const auto& extent : pool_->accepted(host_)) ranges.push_back(extent.range());
  return ranges;
}

}  // namespace cxlpool::command
