// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/platforms/good_platform.h"

namespace cxlpool::platforms {
namespace {

TEST(Validate, AcceptsAGoodPlatformAndRefusesOneWithoutHosts) {
  EXPECT_EQ(error_after([](auto&) {}), "(no error)");
  EXPECT_EQ(error_after([](auto& p) { p = {}; }), "hosts: expected at least one host");
}

TEST(Validate, RefusesAFileThatHoldsTwoDevices) {
  EXPECT_EQ(error_after([](auto& p) {
              p.devices[0].backing = "media.bin";
              p.devices[1].backing = "media.bin";
            }),
            "devices[1].backing: media.bin holds the media of mem0 already; expected a file for "
            "each");
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

TEST(Validate, SwitchesAreAtMost64LevelsDeep) {
  const auto error_of_levels = [](int levels) {
    return error_after([&](auto& p) {
      SwitchDescription more;
      for (int i = 1; i < levels; ++i) {
        more.name = "sw" + std::to_string(i);
        more.upstream = {"sw" + std::to_string(i - 1) + ".ds1"};
        more.downstream = {{"ds1", 1, ""}};
        p.switches.push_back(more);
      }
    });
  };
  EXPECT_EQ(error_of_levels(64), "(no error)");
  for (const int levels : {65, 20'000}) {
    EXPECT_EQ(error_of_levels(levels),
              "switches[64].upstream: expected at most 64 levels of switches, sw64 is level 65");
  }
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
            "devices[0]: expected some capacity, volatile, persistent or dynamic");
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
  // The wording of this one is the address layer's.
  EXPECT_EQ(error_after([](auto& p) {
              p.hosts[0].windows[0].arithmetic = address::Arithmetic::exclusive_or;
            }).substr(0, 21),
            "hosts[0].windows[0]: ");
}

TEST(Validate, AWindowMayEndAtTheTopOfTheAddressSpace) {
  EXPECT_EQ(
      error_after([](auto& p) { p.hosts[0].windows[0].base = (std::uint64_t{1} << 52) - 4 * GiB; }),
      "(no error)");
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

}  // namespace
}  // namespace cxlpool::platforms
