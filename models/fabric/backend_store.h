// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "models/capacity/backends.h"
#include "models/fabric/media.h"

namespace cxlpool::fabric {

/// The memory backends of a machine: the registry of who they are and who has them, and the memory
/// of each. Devices whose dynamic capacity is tagged take theirs from here, so it outlives them.
class BackendStore {
 public:
  /// Refused, nothing is made. Throws std::runtime_error where the system has no such memory or
  /// file; then there is nothing either.
  capacity::Refusal add(const std::string& id, std::uint64_t size_bytes, const capacity::Tag& tag,
                        const std::string& path = {}, bool read_only = false);
  /// What is offered or mapped stays. The memory goes; a file stays.
  capacity::Refusal remove(const std::string& id);

  capacity::Backends& registry() { return registry_; }
  /// Of a backend in the registry.
  const MemoryBackend& memory(const std::string& id) const { return *memory_.at(id); }

 private:
  capacity::Backends registry_;
  std::map<std::string, std::unique_ptr<MemoryBackend>> memory_;
};

}  // namespace cxlpool::fabric
