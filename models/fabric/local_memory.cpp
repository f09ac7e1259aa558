// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/local_memory.h"

namespace cxlpool::fabric {

LocalMemory::LocalMemory(sc_core::sc_module_name name, Config config,
                         std::unique_ptr<EndpointTiming> timing)
    : Endpoint(name, config.label, config.id, media_, std::move(timing)),
      config_(std::move(config)),
      media_(config_.range.size) {}

Endpoint::Target LocalMemory::locate(std::uint64_t hpa) const {
  Target target;
  if (!config_.range.contains(hpa)) {
    target.cause = address::Cause::no_window;
    return target;
  }
  target.dpa = hpa - config_.range.base;
  target.first = config_.range.base;
  target.last = config_.range.base + (config_.range.size - 1);
  return target;
}

address::NodeIndex LocalMemory::describe(Topology& topology, unsigned, address::Cause&) {
  address::Node node;
  node.kind = address::Node::Kind::local_memory;
  return add_to(topology, std::move(node));
}

}  // namespace cxlpool::fabric
