// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/pool.h"

#include <stdexcept>

#include <fmt/format.h>

namespace cxlpool::bench {

platforms::PlatformDescription describe_pool() {
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

Pool::Pool() : platform_(describe_pool(), {true, false, {2}}), sender_("sender") {
  sender_.socket.bind(platform_.host(0).core[1]);
  std::vector<fabric::Endpoint*> devices;
  for (std::size_t i = 0; i < platform_.device_count(); ++i) {
    devices.push_back(&platform_.device(i));
  }
  scoreboard_ = std::make_unique<traffic::Scoreboard>(devices);
  traffic::Initiator::Config config;
  config.label = "h0";
  initiator_ = std::make_unique<traffic::Initiator>("initiator", config, platform_.host(0),
                                                    *scoreboard_, nullptr);
  initiator_->socket.bind(platform_.host(0).core[2]);
  platform_.start();
  platforms::enable_all(platform_);
  const auto programming = platforms::program(platform_);
  if (!programming.regions[0].made()) {
    throw std::logic_error(programming.regions[0].refusal->text);
  }
}

void Pool::take_turn() {
  if (turns_.valid()) {
    turns_.resume();
  } else {
    initiator_->begin(std::make_unique<LineSource>(lines_));
    for (sc_core::sc_object* child : initiator_->get_child_objects()) {
      const sc_core::sc_process_handle process(child);
      if (process.valid()) turns_ = process;
    }
  }
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  // Between its turns it must not keep the clock of the timed platforms from going on.
  turns_.suspend();
}

bool Pool::all_verified() const {
  const traffic::InitiatorStatistics& done = initiator_->statistics();
  return done.verified == done.asked && scoreboard_->failure_count() == 0;
}

}  // namespace cxlpool::bench
