// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/platforms/good_platform.h"

namespace cxlpool::platforms {
namespace {

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

TEST(Validate, HotplugChangesSomething) {
  using Action = HotplugDescription::Action;
  EXPECT_EQ(error_after([](auto& p) {
              p.hotplug.push_back({"mem0", Action::plug, 0, {}});
            }),
            "hotplug[0].action: mem0 is plugged by then; expected unplug");
  EXPECT_EQ(error_after([](auto& p) {
              p.hotplug.push_back({"mem0", Action::unplug, 0, {}});
              p.hotplug.push_back({"mem0", Action::unplug, 1, {}});
            }),
            "hotplug[1].action: mem0 is not plugged by then; expected plug");
  EXPECT_EQ(error_after([](auto& p) {
              p.hotplug.push_back({"mem0", Action::unplug, 0, {}});
              p.hotplug.push_back({"mem0", Action::plug, 1, {}});
            }),
            "(no error)");
}

TEST(Validate, RequestTraceDoesNotTakeThePlaceOfTheResults) {
  EXPECT_EQ(
      error_after([](auto& p) { p.output.request_trace = "results.json"; }),
      "output.request_trace: expected another name than results.json, the file of the results");
}

TEST(Validate, WindowsEndWhereHostPhysicalAddressesDo) {
  EXPECT_EQ(
      error_after([](auto& p) {
        p.regions.clear();
        p.traffic.clear();
        p.hosts[0].windows[0].base = std::uint64_t{1} << 63;
        p.hosts[0].windows[0].size = std::uint64_t{1} << 40;
      }),
      "hosts[0].windows[0].size: expected a window that ends at 0x10_0000_0000_0000 or below, "
      "as CXL.mem carries 52 address bits; got 1TiB from 0x8000_0000_0000_0000");
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
              p.traffic[0].base = (std::uint64_t{1} << 52) - MiB;
              p.traffic[0].size = GiB;
            }),
            "traffic[0].size: expected at most 1MiB above base 0xf_ffff_fff0_0000, got 1GiB");
  EXPECT_EQ(error_after([](auto& p) {
              p.traffic[0].region = "";
              p.traffic[0].base = std::uint64_t{1} << 52;
              p.traffic[0].size = GiB;
            }),
            "traffic[0].base: expected an address below 0x10_0000_0000_0000, as CXL.mem carries 52 "
            "address bits; got 0x10_0000_0000_0000");
  EXPECT_EQ(error_after([](auto& p) {
              p.traffic[0].region = "";
              p.traffic[0].base = (std::uint64_t{1} << 52) - MiB;
              p.traffic[0].size = MiB;
            }),
            "(no error)");
  EXPECT_EQ(error_after([](auto& p) {
              p.hosts.emplace_back().name = "h1";
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
