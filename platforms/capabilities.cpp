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
  const bool device = kind == ComponentKind::device;
  CapabilityDescription defaults;
  defaults.decoders = 4;
  defaults.targets = device ? 1 : 8;
  defaults.interleave_256b = true;
  defaults.interleave_4k = true;
  defaults.ways_3_6_12 = device;
  defaults.ways_16 = device;
  defaults.poison_on_error = false;
  return defaults;
}

}  // namespace cxlpool::platforms
