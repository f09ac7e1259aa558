// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platforms/builder.h"
#include "platforms/programming.h"

/// Small platforms, described in C++, that the tests of this folder inspect.
namespace cxlpool::platforms::pools {

inline constexpr std::uint64_t mib = 1ull << 20;
inline constexpr std::uint64_t gib = 1ull << 30;
inline constexpr std::uint64_t quantum = 256 * mib;
inline constexpr std::uint64_t base = 0x1'1000'0000;  ///< 17 x 256 MiB: no multiple of 3 of them

/// A platform, enabled and programmed. One a process.
struct Machine {
  explicit Machine(const PlatformDescription& description)
      : platform(std::make_unique<Platform>(description, Platform::Options{})) {
    platform->start();
    enable_all(*platform);
    programming = program(*platform);
  }
  Platform& operator*() const { return *platform; }
  Platform* operator->() const { return platform.get(); }

  std::unique_ptr<Platform> platform;
  Programming programming;
};

inline HostBridgeDescription bridge(std::string name, std::uint32_t uid,
                                    std::vector<RootPortDescription> ports) {
  HostBridgeDescription described;
  described.name = std::move(name);
  described.uid = uid;
  described.root_ports = std::move(ports);
  return described;
}

inline WindowDescription window(std::uint64_t at, std::uint64_t size,
                                std::vector<std::string> targets, std::uint32_t granularity = 256) {
  WindowDescription described;
  described.base = at;
  described.size = size;
  described.targets = std::move(targets);
  described.granularity = granularity;
  return described;
}

inline DeviceDescription device(std::string name, std::string at, std::uint64_t volatile_bytes,
                                std::uint64_t persistent_bytes = 0) {
  DeviceDescription described;
  described.name = std::move(name);
  described.at = std::move(at);
  described.volatile_bytes = volatile_bytes;
  described.persistent_bytes = persistent_bytes;
  return described;
}

inline SwitchDescription one_host_switch(std::string name, std::string upstream,
                                         std::vector<std::pair<std::string, std::uint8_t>> ports) {
  SwitchDescription described;
  described.name = std::move(name);
  described.upstream = {upstream};
  for (auto& [port, number] : ports) described.downstream.push_back({port, number, upstream});
  return described;
}

inline DecoderDescription decoder(std::string at, unsigned index, std::uint64_t from,
                                  std::uint64_t size, unsigned ways = 1,
                                  std::uint32_t granularity = 256,
                                  std::vector<std::uint8_t> targets = {}) {
  DecoderDescription described;
  described.at = std::move(at);
  described.index = index;
  described.base = from;
  described.size = size;
  described.ways = ways;
  described.granularity = granularity;
  described.targets = std::move(targets);
  return described;
}

inline RegionDescription region(std::string name, std::vector<std::string> devices,
                                std::string host = "h0", std::size_t window_index = 0) {
  RegionDescription described;
  described.name = std::move(name);
  described.host = std::move(host);
  described.window = window_index;
  described.devices = std::move(devices);
  return described;
}

/// One device of 256 MiB below the one root port of a host bridge: nothing programmed.
inline PlatformDescription single() {
  PlatformDescription pool;
  pool.hosts.resize(1);
  pool.hosts[0].name = "h0";
  pool.hosts[0].bridges = {bridge("hb0", 52, {{"rp0", 0}})};
  pool.hosts[0].windows = {window(4 * gib, 4 * gib, {"hb0"})};
  pool.devices = {device("mem0", "h0.hb0.rp0", quantum)};
  return pool;
}

/// single(), programmed by hand over its whole device.
inline PlatformDescription programmed_single() {
  PlatformDescription pool = single();
  pool.hosts[0].windows[0].size = quantum;
  pool.decoders = {decoder("mem0", 0, 4 * gib, quantum)};
  return pool;
}

/// Two bridges of two root ports with a device each, as a region of 4 ways over a 2-way window.
inline PlatformDescription four_way() {
  PlatformDescription pool;
  pool.hosts.resize(1);
  pool.hosts[0].name = "h0";
  pool.hosts[0].bridges = {bridge("hb0", 8, {{"rp0", 9}, {"rp1", 200}}),
                           bridge("hb1", 9, {{"rp0", 3}, {"rp1", 4}})};
  pool.hosts[0].windows = {window(base, 8 * gib, {"hb0", "hb1"})};
  pool.devices = {device("mem0", "h0.hb0.rp0", quantum, quantum),
                  device("mem1", "h0.hb1.rp0", quantum, quantum),
                  device("mem2", "h0.hb0.rp1", quantum, quantum),
                  device("mem3", "h0.hb1.rp1", quantum, quantum)};
  pool.regions = {region("r0", {"mem0", "mem1", "mem2", "mem3"})};
  return pool;
}

/// four_way() with an XOR window of the same ways.
inline PlatformDescription four_way_xor() {
  PlatformDescription pool = four_way();
  pool.hosts[0].windows[0].arithmetic = address::Arithmetic::exclusive_or;
  pool.hosts[0].windows[0].xor_maps = {0x2020'2100};
  return pool;
}

/// Three bridges, one device each, in a window whose base is no multiple of 3 x 256 MiB.
inline PlatformDescription three_way() {
  PlatformDescription pool;
  pool.hosts.resize(1);
  pool.hosts[0].name = "h0";
  for (unsigned i = 0; i < 3; ++i) {
    const std::string index = std::to_string(i);
    pool.hosts[0].bridges.push_back(bridge("hb" + index, 10 + i, {{"rp0", 0}}));
    pool.devices.push_back(device("mem" + index, "h0.hb" + index + ".rp0", 2 * quantum));
    pool.decoders.push_back(decoder("mem" + index, 0, base, 6 * quantum, 3, 1024));
  }
  pool.hosts[0].windows = {window(base, 6 * quantum, {"hb0", "hb1", "hb2"}, 1024)};
  return pool;
}

/// Two levels of switches below a bridge of two ports: 8 devices in one region of 8 ways.
inline PlatformDescription two_level() {
  PlatformDescription pool;
  pool.hosts.resize(1);
  pool.hosts[0].name = "h0";
  pool.hosts[0].bridges = {bridge("hb0", 7, {{"rp0", 1}, {"rp1", 2}})};
  pool.hosts[0].windows = {window(base, 16 * gib, {"hb0"}, 512)};
  for (const std::string root : {"0", "1"}) {
    const std::string top = "sw" + root;
    pool.switches.push_back(one_host_switch(top, "h0.hb0.rp" + root, {{"ds0", 5}, {"ds1", 6}}));
    for (const std::string side : {"0", "1"}) {
      const std::string low = top + side;
      pool.switches.push_back(one_host_switch(low, top + ".ds" + side, {{"ds0", 70}, {"ds1", 71}}));
      for (const std::string leaf : {"0", "1"}) {
        pool.devices.push_back(device("mem" + root + side + leaf, low + ".ds" + leaf, quantum));
      }
    }
  }
  RegionDescription all = region(
      "r0", {"mem000", "mem100", "mem010", "mem110", "mem001", "mem101", "mem011", "mem111"});
  all.granularity = 512;
  pool.regions = {all};
  pool.links = {{"h0.hb0.rp0", "sw0", 40 * timing::ps_per_ns, {}}};
  return pool;
}

/// Two hosts on one switch with two upstream ports: mem0 belongs to h0, mem1 to h1, mem2 to
/// nobody; mem3 is h0's but not plugged.
inline PlatformDescription shared_switch() {
  PlatformDescription pool;
  pool.hosts.resize(2);
  SwitchDescription described;
  described.name = "sw0";
  for (unsigned i = 0; i < 2; ++i) {
    const std::string name = "h" + std::to_string(i);
    pool.hosts[i].name = name;
    pool.hosts[i].bridges = {bridge("hb0", 1, {{"rp0", 0}})};
    pool.hosts[i].windows = {window(4 * gib, 4 * gib, {"hb0"})};
    described.upstream.push_back(name + ".hb0.rp0");
  }
  described.downstream = {{"ds0", 10, "h0.hb0.rp0"},
                          {"ds1", 11, "h1.hb0.rp0"},
                          {"ds2", 12, ""},
                          {"ds3", 13, "h0.hb0.rp0"}};
  pool.switches = {described};
  for (unsigned i = 0; i < 4; ++i) {
    const std::string index = std::to_string(i);
    pool.devices.push_back(device("mem" + index, "sw0.ds" + index, quantum));
  }
  pool.devices[3].plugged = false;
  pool.regions = {region("r0", {"mem0"}), region("r1", {"mem1"}, "h1")};
  return pool;
}

/// Every way for an access to fail, in one window of 16 quanta below a bridge with decoders:
///   quantum 0 works, 1 is uncommitted at the bridge, 2 names no port, 3 names an empty port, 4 is
///   beyond the device's capacity (with 3), 5 is a device's hole, the rest is unprogrammed.
inline PlatformDescription failures() {
  PlatformDescription pool;
  pool.hosts.resize(1);
  pool.hosts[0].name = "h0";
  HostBridgeDescription bridge0 = bridge("hb0", 1, {{"rp0", 0}, {"rp1", 1}, {"rp2", 2}});
  bridge0.capabilities.decoders = 8;
  pool.hosts[0].bridges = {bridge0};
  pool.hosts[0].windows = {window(base, 16 * quantum, {"hb0"})};
  pool.devices = {device("mem0", "h0.hb0.rp0", quantum), device("mem1", "h0.hb0.rp2", quantum)};
  pool.devices[1].plugged = false;
  pool.decoders = {
      decoder("h0.hb0", 0, base, quantum, 1, 256, {0}),
      decoder("h0.hb0", 1, base + 2 * quantum, quantum, 1, 256, {77}),
      decoder("h0.hb0", 2, base + 3 * quantum, quantum, 1, 256, {1}),
      decoder("h0.hb0", 3, base + 4 * quantum, 2 * quantum, 1, 256, {0}),
      decoder("h0.hb0", 4, base + 6 * quantum, quantum, 1, 256, {2}),
      decoder("h0.hb0", 5, base + quantum, quantum, 1, 256, {0}),  // below a lower one: refused
      decoder("mem0", 0, base, quantum),
      decoder("mem0", 1, base + 4 * quantum, quantum),
  };
  return pool;
}

}  // namespace cxlpool::platforms::pools
