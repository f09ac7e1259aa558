// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/address/decode_tree.h"
#include "models/fabric/endpoint.h"

namespace cxlpool::fabric {

/// A host's own DRAM beside its fixed memory windows, bound to Host::local. No decoder leads here:
/// its DPA is the offset into its range, and what lies outside is refused as no_window.
class LocalMemory final : public Endpoint {
 public:
  struct Config {
    std::string label;
    DeviceId id{};
    address::LocalRange range;
  };

  LocalMemory(sc_core::sc_module_name name, Config config,
              std::unique_ptr<EndpointTiming> timing = nullptr);

  address::NodeIndex describe(Topology& topology, unsigned ingress, address::Cause& why) override;

 private:
  Target locate(std::uint64_t hpa) const override;

  Config config_;
  Media media_;
};

}  // namespace cxlpool::fabric
