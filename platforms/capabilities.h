// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/address/hdm_decoder.h"
#include "platforms/description.h"

namespace cxlpool::platforms {

using address::ComponentKind;

/// `given`, with unset fields filled from `defaults`.
CapabilityDescription merge(const CapabilityDescription& given,
                            const CapabilityDescription& defaults);

/// What a component of this kind has where nothing was said (address::HdmCapability::standard()):
/// all set.
CapabilityDescription default_capabilities(ComponentKind kind);

/// All fields set.
inline CapabilityDescription effective(const CapabilityDescription& given, ComponentKind kind) {
  return merge(given, default_capabilities(kind));
}

/// The registers' view of a component's capabilities.
address::HdmCapability make_capability(ComponentKind kind, const CapabilityDescription& given);

/// Whether a bridge forwards everything to its root port and has no decoders (sources.md 1.6).
inline bool passes_through(const HostBridgeDescription& bridge) {
  return bridge.passthrough == Passthrough::on ||
         (bridge.passthrough == Passthrough::automatic && bridge.root_ports.size() == 1);
}

}  // namespace cxlpool::platforms
