// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <systemc>

#include "models/fabric/cxl_switch.h"
#include "models/fabric/host.h"
#include "models/fabric/host_bridge.h"
#include "models/fabric/type3_device.h"
#include "platforms/description.h"

/// From described to configured: each function turns one entry of a description into the typed
/// configuration of one module. A new kind of device adds one here and one line to the builder.
namespace cxlpool::platforms {

/// SystemC reserves '.' for its own hierarchy.
std::string module_name(const std::string& label);

address::FixedMemoryWindow make_window(const WindowDescription& described,
                                       const HostDescription& host);
fabric::HostBridge::Config make_bridge_config(const HostBridgeDescription& described,
                                              const std::string& label);
/// `manages`: the fabric manager drives dynamic capacity through its mailbox CCI.
fabric::CxlSwitch::Config make_switch_config(const SwitchDescription& described, bool manages);
command::Type3Config make_command_config(const DeviceDescription& described);
/// Of the blocks of dynamic capacity, where any are smaller than the parts of a host's accesses.
std::uint64_t least_block(const PlatformDescription& platform);

/// `base`: first DPA of dynamic capacity, of which there must be some.
capacity::DynamicCapacity::Config make_capacity_config(const DeviceDescription& described,
                                                       std::uint64_t base);
/// The range of a host's own memory; it must have some.
address::LocalRange make_local_range(const HostDescription& described);
fabric::Type3Device::Config make_device_config(const DeviceDescription& described,
                                               fabric::DeviceId id);

}  // namespace cxlpool::platforms
