// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include <tlm>

#include "models/fabric/memory_access.h"

namespace cxlpool::fabric {

/// Generic payloads with a sticky MemoryAccess extension, used again and again: nothing is
/// allocated once as many exist as are in flight. A payload comes back when its last reference is
/// released, and what it carries then is left over: whoever takes one sets every field.
class PayloadPool : public tlm::tlm_mm_interface {
 public:
  PayloadPool() = default;
  PayloadPool(const PayloadPool&) = delete;
  PayloadPool& operator=(const PayloadPool&) = delete;
  /// Payloads still in flight, where a run was stopped, go too; what foreign initiators lent them
  /// does not.
  ~PayloadPool() override {
    for (const auto& payload : all_) {
      for (unsigned id = 0; id < tlm::max_num_extensions(); ++id) {
        if (id != MemoryAccess::ID) payload->set_extension(id, nullptr);
      }
    }
  }

  /// A payload with one reference, to be given back with release().
  tlm::tlm_generic_payload& take() {
    if (free_.empty()) {
      auto payload = std::make_unique<tlm::tlm_generic_payload>(this);
      payload->set_extension(new MemoryAccess);  // freed with it
      free_.push_back(payload.get());
      all_.push_back(std::move(payload));
    }
    tlm::tlm_generic_payload& payload = *free_.back();
    free_.pop_back();
    payload.acquire();
    return payload;
  }

  void free(tlm::tlm_generic_payload* payload) override { free_.push_back(payload); }

 private:
  std::vector<std::unique_ptr<tlm::tlm_generic_payload>> all_;
  std::vector<tlm::tlm_generic_payload*> free_;
};

}  // namespace cxlpool::fabric
