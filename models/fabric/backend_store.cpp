// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/backend_store.h"

namespace cxlpool::fabric {

using capacity::Refusal;

Refusal BackendStore::add(const std::string& id, std::uint64_t size_bytes, const capacity::Tag& tag,
                          const std::string& path, bool read_only) {
  const Refusal refusal = registry_.add(id, size_bytes, tag, read_only);
  if (refusal != Refusal::none) return refusal;
  try {
    memory_[id] = std::make_unique<MemoryBackend>(size_bytes, path, read_only);
  } catch (...) {
    memory_.erase(id);
    registry_.remove(id);
    throw;
  }
  return Refusal::none;
}

Refusal BackendStore::remove(const std::string& id) {
  const Refusal refusal = registry_.remove(id);
  if (refusal == Refusal::none) memory_.erase(id);
  return refusal;
}

}  // namespace cxlpool::fabric
