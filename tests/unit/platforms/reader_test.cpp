// SPDX-License-Identifier: Apache-2.0
#include "platforms/reader.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/platforms/fixtures.h"
#include "traffic/nearest.h"

namespace cxlpool::platforms {
namespace {

constexpr const char* host_only =
    "version: 1\nhosts: [{name: h0, bridges: [{name: hb0, root_ports: 4}]}]\n";

std::string with(const std::string& more) { return host_only + more; }

TEST(Reader, FillsInEveryDefaultOfASmallFile) {
  const PlatformDescription platform = read_platform(fixture("small.yaml"));
  EXPECT_EQ(platform.name, "small");
  EXPECT_EQ(platform.seed, 1u);
  EXPECT_EQ(platform.quantum, 1'000'000u);
  EXPECT_EQ(platform.default_link_latency, 25'000u);
  ASSERT_EQ(platform.hosts.size(), 1u);
  const WindowDescription& window = platform.hosts[0].windows.at(0);
  EXPECT_EQ(window.base, 0x1'1000'0000u);
  EXPECT_EQ(window.size, 1ull << 30);
  EXPECT_EQ(window.granularity, 256u);
  EXPECT_EQ(window.arithmetic, address::Arithmetic::modulo);
  EXPECT_EQ(window.restrictions, 0xFu);
  const HostBridgeDescription& bridge = platform.hosts[0].bridges.at(0);
  EXPECT_EQ(bridge.passthrough, Passthrough::automatic);
  ASSERT_EQ(bridge.root_ports.size(), 2u);
  EXPECT_EQ(bridge.root_ports[1].name, "rp1");
  EXPECT_EQ(bridge.root_ports[1].port, 1);
  ASSERT_EQ(platform.devices.size(), 2u);
  EXPECT_EQ(platform.devices[1].name, "mem1");
  EXPECT_EQ(platform.devices[1].at, "h0.hb0.rp1");
  EXPECT_TRUE(platform.devices[1].plugged);
  EXPECT_EQ(platform.devices[1].location.path, "devices[0, i=1]");
  EXPECT_EQ(platform.devices[1].location.line, 8);
  EXPECT_EQ(platform.devices[1].location.column, 5);
  EXPECT_EQ(platform.traffic.at(0).read_percent, 70u);
  EXPECT_EQ(platform.traffic[0].sizes, std::vector<std::uint32_t>{64});
}

TEST(Reader, TheVersionIsANumberAndNoTextInQuotes) {
  EXPECT_EQ(error_of("version: \"1\"\nhosts: []\n"),
            "pool.yaml:1:10: version: expected 1, got a text in quotes");
}

TEST(Reader, AFabricManagerThatIsGivenHasAName) {
  EXPECT_EQ(error_of(with("fabric_manager: \"\"\n")),
            "pool.yaml:3:17: fabric_manager: expected the name of a switch or device, got an empty "
            "text");
}

TEST(Reader, WhatDoesNotRepeatSaysSo) {
  EXPECT_EQ(error_of(with("devices:\n"
                          "- {name: d, at: h0.hb0.rp0, volatile: 256MiB,\n"
                          "   dynamic: [{length: 256MiB, repeat: 2}]}\n")),
            "pool.yaml:5:31: devices[0].dynamic[0].repeat: nothing repeats here; expected each "
            "entry by itself");
}

TEST(Reader, TakesEveryKey) {
  const PlatformDescription platform = read_platform(fixture("everything.yaml"));
  EXPECT_EQ(platform.seed, 7u);
  EXPECT_EQ(platform.quantum, 500'000u);
  ASSERT_EQ(platform.hosts.size(), 4u);
  EXPECT_EQ(platform.hosts[0].windows[0].restrictions, 0x3Fu);
  EXPECT_EQ(platform.hosts[0].windows[0].qtg, 1u);
  EXPECT_EQ(platform.hosts[0].windows[1].arithmetic, address::Arithmetic::exclusive_or);
  EXPECT_EQ(platform.hosts[0].windows[1].xor_maps, std::vector<std::uint64_t>{0x2000'0100});
  EXPECT_EQ(platform.hosts[0].windows[1].restrictions, 0xCu);
  EXPECT_EQ(platform.hosts[0].bridges[0].uid, 8u);
  EXPECT_EQ(platform.hosts[0].bridges[0].passthrough, Passthrough::off);
  EXPECT_EQ(platform.hosts[0].bridges[0].root_ports[1].port, 200);
  EXPECT_EQ(platform.hosts[3].name, "n3");
  EXPECT_EQ(platform.hosts[3].windows[0].base, 12ull << 30);
  ASSERT_EQ(platform.switches.size(), 4u);
  EXPECT_EQ(platform.switches[0].downstream[0].bound_to, "h0.hb0.rp0");
  EXPECT_EQ(platform.switches[0].downstream[2].bound_to, "");
  EXPECT_EQ(platform.switches[2].upstream, std::vector<std::string>{"n3.hb0.rp0"});
  EXPECT_EQ(platform.switches[2].downstream[3].name, "ds3");
  EXPECT_EQ(platform.switches[2].downstream[3].bound_to, "n3.hb0.rp0");
  EXPECT_EQ(platform.devices[0].backing, fixture("media/mem0.bin"));
  EXPECT_EQ(platform.devices[0].capacity(), (2ull << 30) + (256ull << 20));
  EXPECT_FALSE(platform.devices[2].plugged);
  EXPECT_EQ(platform.devices[4].serial, 1u);
  EXPECT_TRUE(platform.decoders[0].lock);
  EXPECT_FALSE(platform.decoders[1].commit);
  EXPECT_EQ(platform.decoders[1].targets, std::vector<std::uint8_t>{77});
  EXPECT_EQ(platform.regions[0].granularity, 512u);
  EXPECT_EQ(platform.regions[1].mode, RegionMode::pmem);
  EXPECT_EQ(platform.links[0].latency, 12'500u);
  EXPECT_EQ(platform.hotplug[1].action, HotplugDescription::Action::unplug);
  EXPECT_EQ(platform.traffic[0].sizes, (std::vector<std::uint32_t>{64, 256, 4096}));
  EXPECT_EQ(platform.traffic[2].zipf_exponent_percent, 99u);
  EXPECT_EQ(platform.traffic[4].trace, fixture("traces/n1.csv"));
  EXPECT_EQ(platform.traffic[4].map, AddressMapKind::first_touch);
  EXPECT_EQ(platform.output.request_trace, "requests.csv");
}

TEST(Reader, GivesTheFilesDefaultCapabilitiesToWhoeverSaysNothingElse) {
  const PlatformDescription platform = read_platform(fixture("everything.yaml"));
  EXPECT_EQ(platform.hosts[0].bridges[0].capabilities.decoders, 2u);
  EXPECT_EQ(platform.hosts[0].bridges[0].capabilities.poison_on_error, true);
  EXPECT_EQ(platform.hosts[0].bridges[1].capabilities.decoders, 8u);
  EXPECT_EQ(platform.hosts[0].bridges[1].capabilities.poison_on_error, std::nullopt);
  EXPECT_EQ(platform.switches[0].capabilities.decoders, 6u);
  EXPECT_EQ(platform.switches[1].capabilities.decoders, 4u);
}

TEST(Reader, ExpandsHundredsOfHostsAndAThousandDevicesFromAFewLines) {
  const PlatformDescription platform = read_platform_text(
      "version: 1\n"
      "hosts: [{name: \"h{i}\", bridges: [{name: hb0, root_ports: 4}], repeat: 256}]\n"
      "devices: [{name: \"m{i}\", at: \"h{i/4}.hb0.rp{i%4}\", volatile: 1GiB, repeat: 1_024}]\n",
      "big.yaml");
  EXPECT_EQ(platform.hosts.size(), 256u);
  ASSERT_EQ(platform.devices.size(), 1'024u);
  std::set<std::string> places;
  for (const DeviceDescription& device : platform.devices) places.insert(device.at);
  EXPECT_EQ(places.size(), 1'024u);
  EXPECT_EQ(platform.devices[1'023].at, "h255.hb0.rp3");
}

TEST(Reader, ReadsPathsRelativeToTheFileAndLeavesAbsoluteOnes) {
  const std::string traffic = with(
      "traffic:\n"
      "- {host: h0, pattern: trace, trace: ../a.csv}\n"
      "- {host: h0, pattern: trace, trace: /b.csv}\n");
  EXPECT_EQ(read_platform_text(traffic, "x/y/pool.yaml").traffic[0].trace, "x/a.csv");
  EXPECT_EQ(read_platform_text(traffic, "pool.yaml").traffic[0].trace, "../a.csv");
  EXPECT_EQ(read_platform_text(traffic, "x/y/pool.yaml").traffic[1].trace, "/b.csv");
}

TEST(Reader, AnUnknownKeyIsAnErrorThatNamesTheNearest) {
  EXPECT_EQ(error_of(with("devices:\n- name: m\n  at: h0.hb0.rp0\n  volatle: 1GiB\n")),
            "pool.yaml:6:3: devices[0].volatle: unknown key, did you mean \"volatile\"?");
  EXPECT_EQ(error_of(with("quantun: 1us\n")),
            "pool.yaml:3:1: quantun: unknown key, did you mean \"quantum\"?");
  EXPECT_EQ(error_of("version: 1\nhosts:\n- name: h0\n  bridges:\n  - {name: b, root_prots: 2}\n"),
            "pool.yaml:5:15: hosts[0].bridges[0].root_prots: unknown key, did you mean "
            "\"root_ports\"?");
  EXPECT_EQ(error_of(with("capabilities: {swich: {decoders: 4}}\n")),
            "pool.yaml:3:16: capabilities.swich: unknown key, did you mean \"switch\"?");
}

TEST(Reader, AMissingKeyIsAnErrorAtTheEntry) {
  EXPECT_EQ(error_of("hosts: []\n"), "pool.yaml:1:1: missing required key \"version\"");
  EXPECT_EQ(error_of(with("devices:\n  - {name: m, volatile: 1GiB}\n")),
            "pool.yaml:4:5: devices[0]: missing required key \"at\"");
}

TEST(Reader, AnotherVersionIsAnError) {
  EXPECT_EQ(error_of("version: 2\nhosts: []\n"), "pool.yaml:1:10: version: expected 1, got 2");
}

TEST(Reader, ADuplicateKeyIsAnErrorAtTheSecond) {
  EXPECT_EQ(error_of(with("devices:\n  - name: m\n    at: h0.hb0.rp0\n    name: n\n")),
            "pool.yaml:6:5: devices[0].name: duplicate key, first given in line 4");
}

TEST(Reader, AValueOfTheWrongTypeIsAnErrorAtTheValue) {
  EXPECT_EQ(error_of("version: 1\nhosts: 4\n"), "pool.yaml:2:8: hosts: expected a list, got 4");
  EXPECT_EQ(error_of("version: 1\nhosts: [h0]\n"),
            "pool.yaml:2:9: hosts[0]: expected a mapping with keys such as name, got h0");
  EXPECT_EQ(
      error_of(with("seed: [1]\n")),
      "pool.yaml:3:7: seed: expected an integer such as 4096, 1_000_000 or 0x1_0000_0000, got "
      "a list");
  EXPECT_EQ(
      error_of(with("seed:\n")),
      "pool.yaml:3:1: seed: expected an integer such as 4096, 1_000_000 or 0x1_0000_0000, got "
      "nothing");
  EXPECT_EQ(error_of(with("quantum: 25\n")),
            "pool.yaml:3:10: quantum: expected a duration such as 25ns or 1us, got 25: the unit "
            "must be ps, ns, us, ms or s");
  EXPECT_EQ(error_of(with("devices:\n- {name: m, at: h0.hb0.rp0, plugged: yes}\n")),
            "pool.yaml:4:38: devices[0].plugged: expected true or false, got yes");
  EXPECT_EQ(error_of(with("devices:\n- {name: m, at: h0.hb0.rp0, kind: mld}\n")),
            "pool.yaml:4:35: devices[0].kind: expected sld, got mld");
  EXPECT_EQ(error_of(with("links:\n- {between: [h0.hb0.rp0], latency: 1ns}\n")),
            "pool.yaml:4:13: links[0].between: expected two items, [upper, lower]");
  EXPECT_EQ(error_of("version: 1\nhosts:\n- {name: h, bridges: [], windows: [{base: 0, size: 1, "
                     "targets: [], restrictions: [volatil]}]}\n"),
            "pool.yaml:3:83: hosts[0].windows[0].restrictions[0]: expected device_coherent, "
            "host_coherent, volatile, persistent, fixed or back_invalidate, got volatil, did you "
            "mean \"volatile\"?");
}

TEST(Reader, AValueOutOfRangeIsAnErrorAtTheValue) {
  EXPECT_EQ(error_of("version: 1\nhosts:\n- name: h0\n  bridges:\n  - name: b\n"
                     "    root_ports: [{name: rp0, port: 256}]\n"),
            "pool.yaml:6:36: hosts[0].bridges[0].root_ports[0].port: expected 0 to 255, got 256");
  EXPECT_EQ(error_of("version: 1\nhosts: [{name: h0, bridges: [{name: b, root_ports: 257}]}]\n"),
            "pool.yaml:2:52: hosts[0].bridges[0].root_ports: expected 0 to 256, got 257");
}

TEST(Reader, AnErrorOfValidationPointsToTheKey) {
  EXPECT_EQ(error_of(with("devices:\n  - name: m\n    at: h0.hb0.rp0\n    volatile: 300MiB\n")),
            "pool.yaml:6:15: devices[0].volatile: expected a multiple of 256MiB, got 300MiB");
  EXPECT_EQ(error_of(with("devices:\n  - name: m\n    at: h0.hb0.rp9\n    volatile: 1GiB\n")),
            "pool.yaml:5:9: devices[0].at: no port is named \"h0.hb0.rp9\", did you mean "
            "\"h0.hb0.rp0\"?");
}

TEST(Reader, AnErrorInACopyNamesTheCopy) {
  EXPECT_EQ(error_of(with("devices:\n- {name: \"m{i}\", at: \"h0.hb0.rp{i*2}\", volatile: 1GiB, "
                          "repeat: 3}\n")),
            "pool.yaml:4:22: devices[0, i=2].at: no port is named \"h0.hb0.rp4\", did you mean "
            "\"h0.hb0.rp0\"?");
  EXPECT_EQ(
      error_of(with("devices:\n- {name: m, at: \"h0.hb0.rp{i}\", volatile: 1GiB, repeat: 2}")),
      "pool.yaml:4:10: devices[0, i=1].name: duplicate name \"m\", which a device already "
      "has");
}

TEST(Reader, AnIndexOutsideOfARepeatOrWithoutQuotesIsExplained) {
  EXPECT_EQ(
      error_of("version: 1\nhosts:\n- {name: \"h{i}\", bridges: []}\n"),
      "pool.yaml:3:10: hosts[0].name: h{i} has braces, which need a repeat in the same entry");
  EXPECT_EQ(
      error_of("version: 1\nhosts:\n- {name: {i}, bridges: [], repeat: 2}\n"),
      "pool.yaml:3:10: hosts[0, i=0].name: expected a text, got a mapping; write \"{i}\", with "
      "quotes");
}

TEST(Reader, ASwitchOfSeveralUpstreamPortsMustSayWhoItsPortsBelongTo) {
  EXPECT_EQ(error_of(with("switches:\n"
                          "- name: sw0\n"
                          "  upstream: [h0.hb0.rp0, h0.hb0.rp1]\n"
                          "  downstream: [{name: ds0, bound_to: \"\"}, {name: ds1}]\n")),
            "pool.yaml:6:43: switches[0].downstream[1]: missing bound_to, which a switch with 2 "
            "upstream ports needs on each downstream port: one of them such as h0.hb0.rp0, or \"\" "
            "for none");
}

TEST(Reader, BadYamlIsAnErrorWithItsPlace) {
  EXPECT_EQ(error_of("version: 1\nhosts: [\n"),
            "pool.yaml:3:1: not YAML: end of sequence flow not found");
  EXPECT_EQ(error_of("version: 1\n---\nversion: 1\n"),
            "pool.yaml:2:1: expected one YAML document, got a second one");
}

TEST(Reader, WhatCouldSurpriseInYamlIsRefused) {
  EXPECT_EQ(error_of("version: 1\nhosts: &all []\n"),
            "pool.yaml:2:8: hosts: anchors (&name) are not allowed; write the value out");
  EXPECT_EQ(error_of("version: 1\nhosts: !!seq []\n"),
            "pool.yaml:2:8: hosts: tags (tag:yaml.org,2002:seq) are not allowed");
  EXPECT_EQ(error_of("version: 1\n? [a]\n: 1\n"), "pool.yaml:2:3: expected a key, got a list");
}

TEST(Reader, AFileThatCannotBeReadIsAnError) {
  const auto error = [](const std::string& file) -> std::string {
    try {
      read_platform(file);
    } catch (const InputError& e) {
      return e.what();
    }
    return "(no error)";
  };
  EXPECT_EQ(error("no/such.yaml"), "no/such.yaml: no such file");
  EXPECT_EQ(error("/"), "/: expected a regular file, got a directory");
  EXPECT_EQ(error("/dev/zero"), "/dev/zero: expected a regular file, got a device");
  EXPECT_EQ(error(""), "no such file");
}

TEST(Nearest, CountsSwapsAsOneEdit) {
  EXPECT_EQ(traffic::edit_distance("", ""), 0u);
  EXPECT_EQ(traffic::edit_distance("", "abc"), 3u);
  EXPECT_EQ(traffic::edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(traffic::edit_distance("prots", "ports"), 1u);
  EXPECT_EQ(traffic::nearest("volatle", {"persistent", "volatile"}), "volatile");
  EXPECT_EQ(traffic::nearest("x", {}), "");
}

}  // namespace
}  // namespace cxlpool::platforms
