// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/pool.h"

#include <stdexcept>

#include <fmt/format.h>

namespace cxlpool::bench {
namespace {

platforms::PlatformDescription describe() {
  using namespace platforms;
  PlatformDescription p;
  HostDescription host;
  host.name = "h0";
  for (unsigned b = 0; b < 2; ++b) {
    HostBridgeDescription bridge;
    bridge.name = fmt::format("hb{}", b);
    bridge.uid = b;
    bridge.root_ports = {{"rp0", 0}, {"rp1", 1}};
    host.bridges.push_back(bridge);
  }
  WindowDescription window;
  window.base = pool_base;
  window.size = 8 * Pool::device_bytes;
  window.targets = {"hb0", "hb1"};
  host.windows.push_back(window);
  p.hosts.push_back(host);
  RegionDescription region;
  region.name = "r0";
  region.host = "h0";
  for (unsigned s = 0; s < 4; ++s) {
    SwitchDescription sw;
    sw.name = fmt::format("sw{}", s);
    sw.upstream = {fmt::format("h0.hb{}.rp{}", s / 2, s % 2)};
    sw.downstream = {{"ds0", 0, sw.upstream[0]}, {"ds1", 1, sw.upstream[0]}};
    p.switches.push_back(sw);
  }
  for (unsigned d = 0; d < 8; ++d) {
    DeviceDescription device;
    device.name = fmt::format("mem{}", d);
    device.at = fmt::format("sw{}.ds{}", d / 2, d % 2);
    device.volatile_bytes = Pool::device_bytes;
    p.devices.push_back(device);
  }
  // Position p is bridge p % 2, root port p / 2 % 2, switch port p / 4.
  for (unsigned position = 0; position < 8; ++position) {
    region.devices.push_back(
        fmt::format("mem{}", position % 2 * 4 + position / 2 % 2 * 2 + position / 4));
  }
  p.regions.push_back(region);
  return p;
}

}  // namespace

Pool::Pool() : platform_(describe(), {true, {1}}), sender_("sender") {
  sender_.socket.bind(platform_.host(0).core[1]);
  platform_.start();
  platforms::enable_all(platform_);
  const auto programming = platforms::program(platform_);
  if (!programming.regions[0].made()) {
    throw std::logic_error(programming.regions[0].refusal->text);
  }
  fill_plain();
}

void Pool::fill_plain() {
  const std::uint64_t size = 8 * device_bytes;
  plain_.window = plain_decoder(8, 2, size);
  for (auto& bridge : plain_.bridges) bridge = plain_decoder(9, 2, size);
  for (auto& row : plain_.switches) {
    for (auto& sw : row) sw = plain_decoder(10, 2, size);
  }
  for (auto& device : plain_.devices) {
    plain_media_.push_back(std::make_unique<fabric::Media>(device_bytes));
    device.decoder = plain_decoder(8, 8, size);
    device.media = plain_media_.back().get();
  }
}

}  // namespace cxlpool::bench
