// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "platforms/builder.h"

/// What a decode tree leaves out: how ports are called in the platform's terms, and what was
/// described to hang from them whether or not it can be reached now.
namespace cxlpool::platforms {

/// The link below a downstream port.
struct Wire {
  enum class End : std::uint8_t { nothing, cxl_switch, device };

  std::string upper;  ///< the port: "h0.hb0.rp0" or "sw0.ds1"
  End end = End::nothing;
  std::string lower;                ///< switch or device; empty: nothing was described here
  timing::Picoseconds latency = 0;  ///< one way
};

/// The wire below port `port` (an index of `node.ports`) of a bridge or switch.
Wire wire_below(const PlatformDescription& description, const address::Node& node,
                std::size_t port);

/// What a switch's downstream port is bound to: "h1.hb0.rp0"; empty when to none, or when `upper`
/// is no switch port.
std::string binding_of(const PlatformDescription& description, const std::string& upper);

/// Where a device hangs, for people: "sw0.ds1, which is bound to h1.hb0.rp0".
std::string describe_attachment(const PlatformDescription& description,
                                const DeviceDescription& device);

/// The device's node in a host's tree; no_node when it cannot be reached.
address::NodeIndex find_device_node(const address::DecodeTree& tree, const std::string& device);

const DeviceDescription* find_device_description(const PlatformDescription& description,
                                                 const std::string& device);

/// "host bridge", "switch", "device".
const char* kind_name(address::Node::Kind kind);

}  // namespace cxlpool::platforms
