// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/backends.h"

namespace cxlpool::capacity {

Refusal Backends::add(const std::string& id, std::uint64_t size, const Tag& tag, bool read_only) {
  if (size == 0 || tag.is_null() || find(id) != nullptr || find(tag) != nullptr) {
    return Refusal::bad_backend;
  }
  by_tag_[tag] = &(by_id_[id] = {id, size, tag, read_only, Backend::State::unused});
  return Refusal::none;
}

Refusal Backends::remove(const std::string& id) {
  const auto backend = by_id_.find(id);
  if (backend == by_id_.end()) return Refusal::unknown_backend;
  if (backend->second.state != Backend::State::unused) return Refusal::backend_in_use;
  by_tag_.erase(backend->second.tag);
  by_id_.erase(backend);
  return Refusal::none;
}

const Backend* Backends::find(const Tag& tag) const {
  const auto backend = by_tag_.find(tag);
  return backend == by_tag_.end() ? nullptr : backend->second;
}

const Backend* Backends::find(const std::string& id) const {
  const auto backend = by_id_.find(id);
  return backend == by_id_.end() ? nullptr : &backend->second;
}

std::vector<const Backend*> Backends::all() const {
  std::vector<const Backend*> backends;
  for (const auto& [id, backend] : by_id_) backends.push_back(&backend);
  return backends;
}

void Backends::set_state(const Tag& tag, Backend::State state) { by_tag_.at(tag)->state = state; }

}  // namespace cxlpool::capacity
