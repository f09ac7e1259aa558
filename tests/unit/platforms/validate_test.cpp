// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace cxlpool::platforms {
namespace {

constexpr std::uint64_t MiB = 1ull << 20;
constexpr std::uint64_t GiB = 1ull << 30;

/// h0 with a bridge of four root ports and one of one, a switch below rp0, and a device each at
/// sw0.ds0, h0.hb0.rp1 and h0.hb1.rp0; one region, one stream.
PlatformDescription good() {
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
std::string error_after(const std::function<void(PlatformDescription&)>& change) {
  PlatformDescription platform = good();
  change(platform);
  try {
    validate(platform);
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no error)";
}

TEST(Validate, AcceptsAGoodPlatformAndAnEmptyOne) {
  EXPECT_EQ(error_after([](auto&) {}), "(no error)");
  EXPECT_EQ(error_after([](auto& p) { p = {}; }), "(no error)");
}

TEST(Validate, UsesTheLocationOfTheEntryWhenThereIsOne) {
  EXPECT_EQ(error_after([](auto& p) {
              p.devices[1].location = {"a.yaml", 3, 5, "devices[0, i=1]"};
              p.devices[1].volatile_bytes = 300 * MiB;
            }),
            "a.yaml:3:5: devices[0, i=1].volatile: expected a multiple of 256MiB, got 300MiB");
}

TEST(Validate, NamesAreOfASaneAlphabet) {
  for (const char* bad : {"", "0a", "a.b", "a b", "a/b", "-a", "\xC3\xA9"}) {
    EXPECT_EQ(error_after([&](auto& p) { p.devices[0].name = bad; }),
              std::string("devices[0].name: expected a name of at most 64 letters, digits, - and _ "
                          "that begins with a letter, got \"") +
                  bad + "\"");
  }
  EXPECT_NE(error_after([](auto& p) { p.regions[0].name = std::string(65, 'a'); }), "(no error)");
}

TEST(Validate, NamesAreUnique) {
  EXPECT_EQ(error_after([](auto& p) { p.devices[1].name = "mem0"; }),
            "devices[1].name: duplicate name \"mem0\", which a device already has");
  EXPECT_EQ(error_after([](auto& p) { p.switches[0].name = "h0"; }),
            "switches[0].name: duplicate name \"h0\", which a host already has");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].bridges[1].name = "hb0"; }),
            "hosts[0].bridges[1].name: duplicate name \"hb0\"");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].bridges[0].root_ports[3].name = "rp1"; }),
            "hosts[0].bridges[0].root_ports[3].name: duplicate name \"rp1\"");
  EXPECT_EQ(error_after([](auto& p) { p.switches[0].downstream[1].name = "ds0"; }),
            "switches[0].downstream[1].name: duplicate name \"ds0\"");
  EXPECT_EQ(error_after([](auto& p) { p.regions.push_back(p.regions[0]); }),
            "regions[1].name: duplicate name \"r0\"");
}

TEST(Validate, PortNumbersAndUidsAreUnique) {
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].bridges[0].root_ports[2].port = 0; }),
            "hosts[0].bridges[0].root_ports[2].port: port number 0 is taken by rp0");
  EXPECT_EQ(error_after([](auto& p) { p.switches[0].downstream[1].port = 0; }),
            "switches[0].downstream[1].port: port number 0 is taken by ds0");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].bridges[1].uid = 8; }),
            "hosts[0].bridges[1].uid: uid 8 is taken by hb0; uids are unique within a host");
}

TEST(Validate, OneThingHangsFromAPort) {
  EXPECT_EQ(error_after([](auto& p) { p.devices[1].at = "h0.hb0.rp9"; }),
            "devices[1].at: no port is named \"h0.hb0.rp9\", did you mean \"h0.hb0.rp0\"?");
  EXPECT_EQ(error_after([](auto& p) { p.devices[1].at = "sw0.ds0"; }),
            "devices[1].at: port sw0.ds0 is taken by mem0; one thing hangs from a port");
  EXPECT_EQ(error_after([](auto& p) { p.devices[1].at = "h0.hb0.rp0"; }),
            "devices[1].at: port h0.hb0.rp0 is taken by sw0; one thing hangs from a port");
  EXPECT_EQ(
      error_after([](auto& p) { p.switches[0].upstream.push_back("h0.hb0.rp0"); }),
      "switches[0].upstream[1]: port h0.hb0.rp0 is taken by sw0; one thing hangs from a port");
}

TEST(Validate, EverySwitchHangsFromAHost) {
  EXPECT_EQ(
      error_after([](auto& p) {
        p.switches[0].upstream.clear();
        p.switches[0].downstream.clear();
      }),
      "switches[0].upstream: expected the port that the switch hangs from, such as h0.hb0.rp0; "
      "nothing reaches it otherwise");
  EXPECT_EQ(error_after([](auto& p) {
              p.switches[0].upstream = {"sw0.ds1"};
              p.switches[0].downstream[0].bound_to = "";
            }),
            "switches[0].upstream: switches hang in a circle, below no host: sw0 below sw0");
  EXPECT_EQ(
      error_after([](auto& p) {
        SwitchDescription more;
        for (const int i : {1, 2, 3}) {
          more.name = "sw" + std::to_string(i);
          more.upstream = {"sw" + std::to_string(i % 3 + 1) + ".ds0"};
          more.downstream = {{"ds0", 0, ""}};
          p.switches.push_back(more);
        }
      }),
      "switches[1].upstream: switches hang in a circle, below no host: sw1 below sw2 below sw3 "
      "below sw1");
}

TEST(Validate, ALongChainOfSwitchesIsNoCircle) {
  EXPECT_EQ(error_after([](auto& p) {
              SwitchDescription more;
              for (int i = 1; i < 20'000; ++i) {
                more.name = "sw" + std::to_string(i);
                more.upstream = {"sw" + std::to_string(i - 1) + ".ds1"};
                more.downstream = {{"ds1", 1, ""}};
                p.switches.push_back(more);
              }
            }),
            "(no error)");
}

TEST(Validate, ADownstreamPortIsBoundToAnUpstreamOfItsSwitch) {
  EXPECT_EQ(
      error_after([](auto& p) { p.switches[0].downstream[1].bound_to = "h0.hb0.rp1"; }),
      "switches[0].downstream[1].bound_to: no upstream of this switch is named \"h0.hb0.rp1\", "
      "did you mean \"h0.hb0.rp0\"?");
}

TEST(Validate, CapacitiesAreWholeQuanta) {
  EXPECT_EQ(error_after([](auto& p) { p.devices[0].persistent_bytes = 1; }),
            "devices[0].persistent: expected a multiple of 256MiB, got 1B");
  EXPECT_EQ(error_after([](auto& p) { p.devices[0].volatile_bytes = 0; }),
            "devices[0]: expected some capacity, volatile or persistent");
  EXPECT_EQ(error_after([](auto& p) {
              p.devices[0].volatile_bytes = 0 - GiB;
              p.devices[0].persistent_bytes = GiB;
            }),
            "devices[0]: expected at most 4PiB of volatile and persistent capacity together");
}

TEST(Validate, CapabilitiesAreCodable) {
  EXPECT_EQ(
      error_after([](auto& p) { p.hosts[0].bridges[0].capabilities.decoders = 5; }),
      "hosts[0].bridges[0].capabilities.decoders: expected 1, 2, 4, 6, 8, 10, 12, 14, 16, 20, "
      "24, 28 or 32, got 5");
  EXPECT_EQ(error_after([](auto& p) { p.switches[0].capabilities.decoders = 32; }), "(no error)");
  EXPECT_EQ(error_after([](auto& p) { p.devices[0].capabilities.decoders = 12; }),
            "devices[0].capabilities.decoders: expected at most 10 decoders on a device, got 12");
  EXPECT_EQ(error_after([](auto& p) { p.switches[0].capabilities.targets = 3; }),
            "switches[0].capabilities.targets: expected 1, 2, 4 or 8, got 3");
  EXPECT_EQ(error_after([](auto& p) { p.devices[0].capabilities.targets = 8; }),
            "devices[0].capabilities.targets: expected 1 or nothing on a device, which has no "
            "targets, got 8");
  EXPECT_EQ(error_after([](auto& p) { p.switches[0].capabilities.ways_3_6_12 = true; }),
            "switches[0].capabilities.ways_3_6_12: expected false; only devices decode other than "
            "1, 2, 4 or 8 ways");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].bridges[0].capabilities.ways_16 = true; }),
            "hosts[0].bridges[0].capabilities.ways_16: expected false; only devices decode other "
            "than 1, 2, 4 or 8 ways");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].bridges[0].passthrough = Passthrough::on; }),
            "hosts[0].bridges[0].passthrough: expected exactly one root port to pass through to, "
            "got 4");
}

TEST(Validate, WindowsAreLegal) {
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].windows[0].targets[1] = "hb2"; }),
            "hosts[0].windows[0].targets[1]: no host bridge of h0 is named \"hb2\", did you mean "
            "\"hb0\"?");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].windows[0].targets.clear(); }),
            "hosts[0].windows[0].targets: expected 1, 2, 3, 4, 6, 8, 12 or 16 targets, got 0");
  EXPECT_EQ(
      error_after([](auto& p) { p.hosts[0].windows[0].granularity = 300; }),
      "hosts[0].windows[0].granularity: expected a power of two from 256B to 16KiB, got 300B");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].windows[0].base += MiB; }),
            "hosts[0].windows[0].base: expected a multiple of 256MiB, got 4097MiB");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].windows[0].size = 768 * MiB; }),
            "hosts[0].windows[0].size: expected a multiple of 512MiB for 2 targets, got 768MiB");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].windows[0].size = 0; }),
            "hosts[0].windows[0].size: expected a multiple of 512MiB for 2 targets, got 0B");
  // The wording of these two is the address layer's.
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].windows[0].base = 0 - GiB; }).substr(0, 21),
            "hosts[0].windows[0]: ");
  EXPECT_EQ(error_after([](auto& p) {
              p.hosts[0].windows[0].arithmetic = address::Arithmetic::exclusive_or;
            }).substr(0, 21),
            "hosts[0].windows[0]: ");
}

TEST(Validate, AWindowMayEndAtTheTopOfTheAddressSpace) {
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].windows[0].base = 0 - 4 * GiB; }), "(no error)");
}

TEST(Validate, WindowsOfOneHostDoNotOverlap) {
  EXPECT_EQ(error_after([](auto& p) {
              p.hosts[0].windows.push_back(p.hosts[0].windows[0]);
              p.hosts[0].windows[1].base = 7 * GiB;
            }),
            "hosts[0].windows[1].base: overlaps windows[0], 4GiB from 0x1_0000_0000; expected "
            "0x2_0000_0000 or above");
  EXPECT_EQ(error_after([](auto& p) {
              p.hosts[0].windows.push_back(p.hosts[0].windows[0]);
              p.hosts[0].windows[1].base = 8 * GiB;
            }),
            "(no error)");
}

TEST(Validate, DecodersAreOfComponentsThatHaveThem) {
  EXPECT_EQ(error_after([](auto& p) { p.decoders[0].at = "mem9"; }),
            "decoders[0].at: no host bridge, switch or device is named \"mem9\", did you mean "
            "\"mem0\"?");
  EXPECT_EQ(error_after([](auto& p) { p.decoders[1].at = "h0.hb1"; }),
            "decoders[1].at: h0.hb1 passes everything through to its one root port and has no "
            "decoders; passthrough: off gives it some");
  EXPECT_EQ(error_after([](auto& p) {
              p.decoders[1].at = "h0.hb1";
              p.hosts[0].bridges[1].passthrough = Passthrough::off;
            }),
            "(no error)");
  EXPECT_EQ(error_after([](auto& p) { p.decoders[0].index = 4; }),
            "decoders[0].index: mem0 has 4 decoders; expected 0 to 3, got 4");
  EXPECT_EQ(error_after([](auto& p) { p.decoders[1].at = "sw0"; }), "(no error)");
  EXPECT_EQ(error_after([](auto& p) { p.decoders[1].at = "sw0.usp0"; }), "(no error)");
  EXPECT_EQ(error_after([](auto& p) {
              p.decoders[1].at = "sw0";
              p.switches[0].upstream.push_back("h0.hb0.rp2");
            }),
            "decoders[1].at: sw0 has 2 upstream ports with decoders each; expected sw0.usp0 to "
            "sw0.usp1");
}

TEST(Validate, DecoderRegistersHoldTheirValues) {
  EXPECT_EQ(error_after([](auto& p) { p.decoders[0].base = MiB; }),
            "decoders[0].base: expected a multiple of 256MiB, got 1MiB");
  EXPECT_EQ(error_after([](auto& p) { p.decoders[0].size = 255 * MiB; }),
            "decoders[0].size: expected a multiple of 256MiB, got 255MiB");
  EXPECT_EQ(error_after([](auto& p) { p.decoders[0].skip = 1; }),
            "decoders[0].skip: expected a multiple of 256MiB, got 1B");
  EXPECT_EQ(error_after([](auto& p) { p.decoders[0].granularity = 128; }),
            "decoders[0].granularity: expected a power of two from 256B to 16KiB, got 128B");
  EXPECT_EQ(error_after([](auto& p) { p.decoders[0].ways = 5; }),
            "decoders[0].ways: expected 1, 2, 3, 4, 6, 8, 12 or 16 ways, got 5");
  EXPECT_EQ(error_after([](auto& p) { p.decoders[0].targets = {1}; }),
            "decoders[0].targets: expected none; a device's decoder has a skip instead");
  for (const unsigned ways : {0u, 3u, 5u, 6u, 12u, 16u}) {
    EXPECT_EQ(error_after([&](auto& p) { p.decoders[1].ways = ways; }),
              "decoders[1].ways: a switch or host bridge decoder has 1, 2, 4 or 8 ways, got " +
                  std::to_string(ways));
  }
  EXPECT_EQ(error_after([](auto& p) { p.decoders[1].ways = 2; }),
            "decoders[1].targets: expected 2 port numbers, one per way, got 1");
  EXPECT_EQ(error_after([](auto& p) { p.decoders[1].skip = 256 * MiB; }),
            "decoders[1].skip: expected none; only a device's decoder skips");
}

TEST(Validate, LeavesTheLegalityOfProgrammingToTheHardware) {
  // Descending, overlapping, beyond the device, an unknown port, more ways than it can do.
  EXPECT_EQ(error_after([](auto& p) {
              p.decoders[0].size = 0;
              p.decoders[1].size = 1024 * GiB;
              p.decoders[1].targets = {99};
              DecoderDescription more = p.decoders[0];
              more.index = 1;
              more.base = 0;
              more.size = 4096 * GiB;
              more.ways = 12;
              p.devices[0].capabilities.ways_3_6_12 = false;
              p.decoders.push_back(more);
            }),
            "(no error)");
}

TEST(Validate, RegionsReferToWhatExists) {
  EXPECT_EQ(error_after([](auto& p) { p.regions[0].host = "h1"; }),
            "regions[0].host: no host is named \"h1\", did you mean \"h0\"?");
  EXPECT_EQ(error_after([](auto& p) { p.regions[0].window = 1; }),
            "regions[0].window: h0 has 1 windows, numbered from 0; got 1");
  EXPECT_EQ(error_after([](auto& p) { p.regions[0].devices[1] = "mem7"; }),
            "regions[0].devices[1]: no device is named \"mem7\", did you mean \"mem0\"?");
  EXPECT_EQ(error_after([](auto& p) { p.regions[0].devices[1] = "mem0"; }),
            "regions[0].devices[1]: mem0 is in the set already");
  EXPECT_EQ(error_after([](auto& p) { p.regions[0].devices.resize(5); }),
            "regions[0].devices: expected 1, 2, 3, 4, 6, 8, 12 or 16 devices, got 5");
  EXPECT_EQ(error_after([](auto& p) { p.regions[0].size = 100 * MiB; }),
            "regions[0].size: expected a multiple of 256MiB, got 100MiB");
  EXPECT_EQ(error_after([](auto& p) { p.regions[0].size = 0; }),
            "regions[0].size: expected more than 0, or no size for all there is");
  EXPECT_EQ(error_after([](auto& p) { p.regions[0].granularity = 0; }),
            "regions[0].granularity: expected a power of two from 256B to 16KiB, got 0B");
}

TEST(Validate, LinksJoinNeighbours) {
  EXPECT_EQ(error_after([](auto& p) {
              p.links.push_back({"h0.hb0.rp0", "sw0", 1, {}});
            }),
            "(no error)");
  EXPECT_EQ(error_after([](auto& p) {
              p.links.push_back({"h0.hb0", "sw0", 1, {}});
            }),
            "links[0].between[0]: no port is named \"h0.hb0\", did you mean \"h0.hb0.rp0\"?");
  EXPECT_EQ(error_after([](auto& p) {
              p.links.push_back({"h0.hb0.rp0", "mem0", 1, {}});
            }),
            "links[0].between[1]: expected sw0, which hangs from h0.hb0.rp0, got mem0");
  EXPECT_EQ(error_after([](auto& p) {
              p.links.push_back({"h0.hb0.rp3", "mem0", 1, {}});
            }),
            "links[0].between[1]: expected nothing, which hangs from h0.hb0.rp3, got mem0");
  EXPECT_EQ(error_after([](auto& p) {
              p.links.assign(2, {"h0.hb0.rp0", "sw0", 1, {}});
            }),
            "links[1].between: the link at h0.hb0.rp0 is given twice");
  EXPECT_EQ(error_after([](auto& p) {
              p.links.push_back({"h0.hb0.rp0", "sw0", 5'000'000'000'000, {}});
            }),
            "links[0].latency: expected at most 1s, got 5s");
}

TEST(Validate, HotplugIsOfADevice) {
  EXPECT_EQ(error_after([](auto& p) {
              p.hotplug.push_back({"sw0", HotplugDescription::Action::plug, 0, {}});
            }),
            "hotplug[0].device: no device is named \"sw0\", did you mean \"mem0\"?");
}

TEST(Validate, TrafficRunsSomewhere) {
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].host = "mem0"; }),
            "traffic[0].host: no host is named \"mem0\", did you mean \"h0\"?");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].region = "r1"; }),
            "traffic[0].region: no region is named \"r1\", did you mean \"r0\"?");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].region = ""; }),
            "traffic[0]: expected a region, or base and size, to say where it runs");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].base = 0; }),
            "traffic[0].base: expected base and size together");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].size = GiB; }),
            "traffic[0].size: expected base and size together");
  EXPECT_EQ(error_after([](auto& p) {
              p.traffic[0].base = 0;
              p.traffic[0].size = GiB;
            }),
            "traffic[0].base: expected a region, or base and size, not both");
  EXPECT_EQ(error_after([](auto& p) {
              p.traffic[0].region = "";
              p.traffic[0].base = 0 - MiB;
              p.traffic[0].size = GiB;
            }),
            "traffic[0].size: expected at most 1MiB above base 0xffff_ffff_fff0_0000, got 1GiB");
  EXPECT_EQ(error_after([](auto& p) {
              p.traffic[0].region = "";
              p.traffic[0].base = 0 - MiB;
              p.traffic[0].size = MiB;
            }),
            "(no error)");
  EXPECT_EQ(error_after([](auto& p) {
              p.hosts.push_back({"h1", {}, {}, {}});
              p.traffic[0].host = "h1";
            }),
            "traffic[0].region: r0 belongs to h0, not to h1");
}

TEST(Validate, TrafficIsWithinRange) {
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].pattern = "sequental"; }),
            "traffic[0].pattern: no pattern is named \"sequental\", did you mean \"sequential\"?");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].read_percent = 101; }),
            "traffic[0].read: expected 0% to 100%, got 101%");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].sizes.clear(); }),
            "traffic[0].sizes: expected at least one access size");
  EXPECT_EQ(error_after([](auto& p) {
              p.traffic[0].sizes = (std::vector<std::uint32_t>{64, 8192});
            }),
            "traffic[0].sizes[1]: expected an access of 1B to 4KiB, got 8KiB");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].stride = 0; }),
            "traffic[0].stride: expected more than 0");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].outstanding = 0; }),
            "traffic[0].outstanding: expected 1 to 65536, got 0");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].outstanding = 65'537; }),
            "traffic[0].outstanding: expected 1 to 65536, got 65537");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].seeded = true; }),
            "traffic[0].seeded: expected only with pattern interleaved");
}

TEST(Validate, ATraceBelongsToThePatternTrace) {
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].trace = "a"; }),
            "traffic[0].trace: expected only with pattern trace, not with uniform");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].trace_format = "csv"; }),
            "traffic[0].format: expected only with pattern trace, not with uniform");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].map = AddressMapKind::first_touch; }),
            "traffic[0].map: expected only with pattern trace, not with uniform");
  EXPECT_EQ(error_after([](auto& p) { p.traffic[0].pattern = "trace"; }),
            "traffic[0]: pattern trace needs a trace, the path of a file");
  EXPECT_EQ(error_after([](auto& p) {
              p.traffic[0].pattern = "trace";
              p.traffic[0].trace = "a";
              p.traffic[0].region = "";
            }),
            "(no error)");
  EXPECT_EQ(error_after([](auto& p) {
              p.traffic[0].pattern = "trace";
              p.traffic[0].trace = "a";
              p.traffic[0].region = "";
              p.traffic[0].map = AddressMapKind::first_touch;
            }),
            "traffic[0]: expected a region, or base and size, to say where it runs");
}

TEST(Validate, OutputStaysInItsFolderAndTimesAreBounded) {
  EXPECT_EQ(error_after([](auto& p) { p.output.request_trace = "../x"; }),
            "output.request_trace: expected the name of a file in the output folder, got ../x");
  EXPECT_EQ(error_after([](auto& p) { p.quantum = 2'000'000'000'000; }),
            "quantum: expected at most 1s, got 2s");
  EXPECT_EQ(error_after([](auto& p) { p.default_link_latency = 2'000'000'000'000; }),
            "link_latency: expected at most 1s, got 2s");
}

}  // namespace
}  // namespace cxlpool::platforms
