// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "platforms/validate.h"

namespace cxlpool::platforms {

inline constexpr std::uint64_t MiB = 1ull << 20;
inline constexpr std::uint64_t GiB = 1ull << 30;

/// h0 with a bridge of four root ports and one of one, a switch below rp0, and a device each at
/// sw0.ds0, h0.hb0.rp1 and h0.hb1.rp0; one region, one stream.
inline PlatformDescription good_platform() {
  PlatformDescription platform;
  HostDescription host;
  host.name = "h0";
  HostBridgeDescription bridge;
  bridge.name = "hb0";
  bridge.uid = 8;
  for (std::uint8_t i = 0; i < 4; ++i) bridge.root_ports.push_back({"rp" + std::to_string(i), i});
  host.bridges.push_back(bridge);
  bridge.name = "hb1";
  bridge.uid = 9;
  bridge.root_ports.resize(1);
  host.bridges.push_back(bridge);
  WindowDescription window;
  window.base = 4 * GiB;
  window.size = 4 * GiB;
  window.targets = {"hb0", "hb1"};
  host.windows.push_back(window);
  platform.hosts.push_back(host);

  SwitchDescription one;
  one.name = "sw0";
  one.upstream = {"h0.hb0.rp0"};
  one.downstream = {{"ds0", 0, "h0.hb0.rp0"}, {"ds1", 1, ""}};
  platform.switches.push_back(one);

  DeviceDescription device;
  device.volatile_bytes = GiB;
  for (const char* at : {"sw0.ds0", "h0.hb0.rp1", "h0.hb1.rp0"}) {
    device.name = "mem" + std::to_string(platform.devices.size());
    device.at = at;
    platform.devices.push_back(device);
  }

  DecoderDescription decoder;
  decoder.at = "mem0";
  decoder.base = 4 * GiB;
  decoder.size = GiB;
  platform.decoders.push_back(decoder);
  decoder.at = "h0.hb0";
  decoder.targets = {0};
  platform.decoders.push_back(decoder);

  RegionDescription region;
  region.name = "r0";
  region.host = "h0";
  region.devices = {"mem0", "mem2"};
  platform.regions.push_back(region);

  TrafficDescription traffic;
  traffic.host = "h0";
  traffic.region = "r0";
  traffic.pattern = "uniform";
  platform.traffic.push_back(traffic);
  return platform;
}

/// what() after `change` to a good platform.
inline std::string error_after(const std::function<void(PlatformDescription&)>& change) {
  PlatformDescription platform = good_platform();
  change(platform);
  try {
    validate(platform);
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no error)";
}

}  // namespace cxlpool::platforms
