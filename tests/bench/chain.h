// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "models/fabric/cxl_switch.h"
#include "models/fabric/host_bridge.h"
#include "models/fabric/mmio_master.h"
#include "models/fabric/type3_device.h"
#include "tests/bench/pool.h"

namespace cxlpool::bench {

/// For each number of hops from 0 to `longest`: a sender, that many decoding hops (a host bridge,
/// then switches) without links, and a device, all 1-way.
class Chains {
 public:
  static constexpr unsigned longest = 4;
  static constexpr std::uint64_t device_bytes = 1ull << 30;

  Chains();
  /// Once the simulation has started.
  void program();
  Sender& sender(unsigned hops) { return *senders_[hops]; }

 private:
  void build(unsigned hops);

  std::vector<std::pair<fabric::MmioSocket*, address::ComponentKind>> registers_;
  std::unique_ptr<fabric::MmioMaster> mmio_;
  std::vector<std::unique_ptr<Sender>> senders_;
  std::vector<std::unique_ptr<fabric::HostBridge>> bridges_;
  std::vector<std::unique_ptr<fabric::CxlSwitch>> switches_;
  std::vector<std::unique_ptr<fabric::Type3Device>> devices_;
};

}  // namespace cxlpool::bench
