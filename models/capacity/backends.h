// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/capacity/refusal.h"
#include "models/capacity/tag.h"

namespace cxlpool::capacity {

/// Memory that exists outside every device and is attached to a dynamic capacity region as one
/// whole extent (fact sheet 5.8).
struct Backend {
  enum class State : std::uint8_t { unused, offered, mapped };

  std::string id;
  std::uint64_t size = 0;  ///< bytes
  Tag tag;
  bool read_only = false;
  State state = State::unused;
};

/// The backends of a machine. All devices that attach them share one registry, so none is attached
/// twice; it must outlive them.
class Backends {
 public:
  /// Refuses a null tag, no bytes, and an id or tag that exists.
  Refusal add(const std::string& id, std::uint64_t size, const Tag& tag, bool read_only = false);
  /// Refuses an unknown id, and a backend that is offered or mapped.
  Refusal remove(const std::string& id);

  /// nullptr: none. Valid until the backend is removed.
  const Backend* find(const Tag& tag) const;
  const Backend* find(const std::string& id) const;
  /// By id.
  std::vector<const Backend*> all() const;

 private:
  friend class DynamicCapacity;
  void set_state(const Tag& tag, Backend::State state);

  std::map<std::string, Backend> by_id_;
  std::unordered_map<Tag, Backend*> by_tag_;
};

}  // namespace cxlpool::capacity
