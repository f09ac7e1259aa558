// SPDX-License-Identifier: Apache-2.0
#include "platforms/capabilities.h"

namespace cxlpool::platforms {

CapabilityDescription merge(const CapabilityDescription& given,
                            const CapabilityDescription& defaults) {
  CapabilityDescription merged = given;
  const auto fill = [&](auto field) {
    if (!(merged.*field)) merged.*field = defaults.*field;
  };
  fill(&CapabilityDescription::decoders);
  fill(&CapabilityDescription::targets);
  fill(&CapabilityDescription::interleave_256b);
  fill(&CapabilityDescription::interleave_4k);
  fill(&CapabilityDescription::ways_3_6_12);
  fill(&CapabilityDescription::ways_16);
  fill(&CapabilityDescription::poison_on_error);
  return merged;
}

CapabilityDescription default_capabilities(ComponentKind kind) {
  const auto standard = address::HdmCapability::standard(kind);
  CapabilityDescription defaults;
  defaults.decoders = standard.decoders;
  defaults.targets = standard.targets;
  defaults.interleave_256b = standard.interleave_256b;
  defaults.interleave_4k = standard.interleave_4k;
  defaults.ways_3_6_12 = standard.ways_3_6_12;
  defaults.ways_16 = standard.ways_16;
  defaults.poison_on_error = standard.poison_on_error;
  return defaults;
}

address::HdmCapability make_capability(ComponentKind kind, const CapabilityDescription& given) {
  const CapabilityDescription all = effective(given, kind);
  address::HdmCapability capability;
  capability.decoders = *all.decoders;
  capability.targets = *all.targets;
  capability.interleave_256b = *all.interleave_256b;
  capability.interleave_4k = *all.interleave_4k;
  capability.ways_3_6_12 = *all.ways_3_6_12;
  capability.ways_16 = *all.ways_16;
  capability.poison_on_error = *all.poison_on_error;
  return capability;
}

}  // namespace cxlpool::platforms
