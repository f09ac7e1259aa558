// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/fabric/cxl_switch.h"
#include "models/fabric/host.h"
#include "models/fabric/link.h"
#include "models/fabric/type3_device.h"
#include "platforms/description.h"

/// From described to timed: what takes time in each module, for a run that knows time. The stations
/// belong to the timekeeper's timeline.
namespace cxlpool::platforms {

/// What is at the ends of a link, as far as it decides who goes first and how many may wait.
struct LinkEnds {
  const SwitchDescription* upper = nullptr;  ///< null: a host bridge
  const SwitchDescription* lower = nullptr;  ///< null: a device
};

fabric::HostTiming make_host_timing(const HostDescription& described, fabric::Timekeeper& time);
fabric::SwitchTiming make_switch_timing(const SwitchDescription& described, unsigned credits,
                                        fabric::Timekeeper& time);
/// `physical` null: a constant `latency`.
fabric::LinkTiming make_link_timing(const std::string& label,
                                    const PhysicalLinkDescription* physical,
                                    timing::Picoseconds latency, const LinkEnds& ends,
                                    fabric::Timekeeper& time);
std::unique_ptr<fabric::EndpointTiming> make_device_timing(const DeviceDescription& described,
                                                           unsigned credits,
                                                           fabric::Timekeeper& time);

/// Of a host's own memory; it must have some. The way there is the host's.
std::unique_ptr<fabric::EndpointTiming> make_local_timing(const HostDescription& host,
                                                          fabric::Timekeeper& time);

}  // namespace cxlpool::platforms
