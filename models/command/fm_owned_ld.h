// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/command/cci.h"
#include "models/command/fm_payloads.h"
#include "models/command/tunnel.h"

namespace cxlpool::capacity {
class DynamicCapacity;
}

namespace cxlpool::command {

/// 5600h-5608h over `pool` in `cci`. Exactly one CCI of a pool gets them.
void add_capacity_management(Cci& cci, capacity::DynamicCapacity& pool);

/// The CCI of a device's FM-owned LD, reached by a tunnel through the switch above, and behind it
/// LD 0's (sources.md 6.8). With a pool it is the one that manages it.
class FmOwnedLd {
 public:
  struct Config {
    ComponentIdentity identity;
    std::size_t max_payload_bytes = Cci::default_payload_bytes;
    bool tunnel = true;  ///< false: another CCI manages the pool, and 53xxh is 03h here
  };

  FmOwnedLd(const Config& config, const Clock& clock, Timestamp& timestamp,
            capacity::DynamicCapacity* pool);

  Cci& cci() { return cci_; }
  Cci& ld0() { return ld0_; }

 private:
  Cci cci_;
  Cci ld0_;
};

/// The LD pool CCI of a multi-headed device (tunnel target type 1): which LD hangs on which head,
/// the state of the heads, the tunnel to LDs, and, with a pool, its management. Without, 56xxh is
/// 03h.
class LdPool {
 public:
  static constexpr std::uint8_t unassigned = 0xFF;

  struct Config {
    ComponentIdentity identity;
    std::vector<std::uint8_t> head_of_ld;  ///< `unassigned`: none
    std::vector<HeadInfo> heads;
    std::size_t max_payload_bytes = Cci::default_payload_bytes;
  };

  LdPool(const Config& config, const Clock& clock, capacity::DynamicCapacity* pool);

  Cci& cci() { return cci_; }
  /// Tunnel from here to a CCI of LD `id`; none unless set.
  void set_lds(std::vector<Cci*> lds) { lds_ = std::move(lds); }

 private:
  Reply multi_headed_info(const Request& request) const;
  Reply head_info(const Request& request) const;

  Config config_;
  Cci cci_;
  std::vector<Cci*> lds_;
};

}  // namespace cxlpool::command
