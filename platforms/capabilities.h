// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/description.h"

namespace cxlpool::platforms {

/// What carries HDM decoders (fact sheet 1.1): host bridges, switches' upstream ports, devices.
enum class ComponentKind { host_bridge, switch_port, device };

/// `given`, with unset fields filled from `defaults`.
CapabilityDescription merge(const CapabilityDescription& given,
                            const CapabilityDescription& defaults);

/// What a component of this kind has where nothing was said: all set.
CapabilityDescription default_capabilities(ComponentKind kind);

/// All fields set.
inline CapabilityDescription effective(const CapabilityDescription& given, ComponentKind kind) {
  return merge(given, default_capabilities(kind));
}

/// Whether a bridge forwards everything to its root port and has no decoders (fact sheet 1.6).
inline bool passes_through(const HostBridgeDescription& bridge) {
  return bridge.passthrough == Passthrough::on ||
         (bridge.passthrough == Passthrough::automatic && bridge.root_ports.size() == 1);
}

}  // namespace cxlpool::platforms
