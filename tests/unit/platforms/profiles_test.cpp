// SPDX-License-Identifier: Apache-2.0
#include "platforms/profiles.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "platforms/description_json.h"
#include "tests/unit/platforms/fixtures.h"

namespace cxlpool::platforms {
namespace {

std::string profile_error(std::string_view text) {
  try {
    read_profile({"a1000", text});
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no error)";
}

/// A host, a switch below rp0 with a device, and a device at rp1; all with room for keys.
std::string pool(const std::string& host, const std::string& one, const std::string& device,
                 const std::string& more = {}) {
  return "version: 1\nhosts: [{name: h0, bridges: [{name: hb0, root_ports: 4}]" + host +
         "}]\nswitches: [{name: sw0, upstream: h0.hb0.rp0, downstream: 2" + one +
         "}]\ndevices:\n- {name: mem0, at: sw0.ds0, volatile: 1GiB" + device +
         "}\n- {name: mem1, at: h0.hb0.rp1, volatile: 1GiB}\n" + more;
}

TEST(Profiles, AreAllReadAndMakeLegalPlatforms) {
  std::set<std::string> names;
  for (const ProfileDocument& document : profile_documents()) {
    SCOPED_TRACE(std::string(document.name));
    const Profile profile = read_profile(document);
    names.insert(profile.name);
    EXPECT_FALSE(profile.what.empty());
    EXPECT_FALSE(profile.source.empty());
    const std::string use = ", profile: " + profile.name;
    const std::string text =
        pool(profile.host ? use : "", profile.switch_timing ? use : "", profile.device ? use : "");
    EXPECT_EQ(error_of(text), "(no error)");
  }
  EXPECT_EQ(names,
            (std::set<std::string>{"a1000", "generic-switch", "local-ddr5", "mess-x8", "pond-16",
                                   "pond-32", "pond-8", "spec-target", "vldb25-blade"}));
}

TEST(Profiles, EachConstantNamesItsSource) {
  for (const ProfileDocument& document : profile_documents()) {
    const std::string text(document.text);
    const std::size_t constants = text.find("\nfitted:");
    ASSERT_NE(constants, text.npos) << document.name;
    for (std::size_t at = text.find('\n', constants + 1) + 1; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      const std::string line = text.substr(at, end - at);
      const bool heads =
          line.back() == ':' || line.find("kind:") != line.npos || line.find(": 0ns") != line.npos;
      EXPECT_TRUE(heads || line.find(" # ") != line.npos) << document.name << ": " << line;
      at = end + 1;
    }
  }
}

TEST(Profiles, GiveADeviceItsTimingAndItsLink) {
  const PlatformDescription platform =
      read_platform_text(pool("", "", ", profile: a1000"), "pool.yaml");
  const DeviceDescription& device = platform.devices[0];
  EXPECT_EQ(device.profile, "a1000");
  EXPECT_EQ(device.timing.media.kind, MediaKind::dram);
  EXPECT_EQ(device.timing.media.part, "DDR5-4800BN");
  EXPECT_EQ(device.timing.media.channels, 4u);
  ASSERT_EQ(platform.links.size(), 1u);
  EXPECT_EQ(platform.links[0].upper, "sw0.ds0");
  EXPECT_EQ(platform.links[0].lower, "mem0");
  EXPECT_EQ(platform.links[0].physical->gen, 5u);
  EXPECT_EQ(platform.links[0].physical->width, 16u);
  EXPECT_EQ(platform.links[0].latency, platform.links[0].physical->flight());
  EXPECT_EQ(platform.devices[1].timing.media.kind, MediaKind::fixed);
  EXPECT_EQ(platform.hosts[0].timing.request_latency, 0u) << "the host has its own profile";
}

TEST(Profiles, GiveHostsAndSwitchesTheirs) {
  const PlatformDescription platform = read_platform_text(
      pool(", profile: pond-32", ", profile: pond-32", ", profile: pond-32"), "pool.yaml");
  EXPECT_EQ(platform.hosts[0].timing.request_latency, 20'000u);
  EXPECT_EQ(platform.switches[0].timing.latency, 10'000u);
  ASSERT_EQ(platform.links.size(), 2u);
  EXPECT_EQ(platform.links[0].upper, "h0.hb0.rp0");
  EXPECT_EQ(platform.links[0].lower, "sw0");
  // Pond's published sum of 270 ns less 12.8 ns that flits take, one link for each side of the
  // switch.
  const auto& device = platform.devices[0].timing;
  timing::Picoseconds sum = platform.hosts[0].timing.request_latency +
                            platform.hosts[0].timing.response_latency + device.request_latency +
                            device.response_latency + device.media.latency +
                            2 * platform.switches[0].timing.latency;
  for (const LinkDescription& link : platform.links) sum += 2 * link.latency;
  EXPECT_EQ(sum, 257'200u);
}

TEST(Profiles, LieBelowWhatThePlatformFileSays) {
  const PlatformDescription platform = read_platform_text(
      pool(", profile: a1000, request_latency: 30ns", "",
           ", profile: a1000, media: {channels: 8}, queue: 7",
           "default_link: {gen: 4, queue: 9}\nlinks: [{between: [sw0.ds0, mem0], width: 8}]\n"),
      "pool.yaml");
  EXPECT_EQ(platform.hosts[0].timing.request_latency, 30'000u);
  EXPECT_EQ(platform.hosts[0].timing.response_latency, 20'000u);
  EXPECT_EQ(platform.devices[0].timing.media.part, "DDR5-4800BN");
  EXPECT_EQ(platform.devices[0].timing.media.channels, 8u);
  EXPECT_EQ(platform.devices[0].timing.queue, 7u);
  ASSERT_EQ(platform.links.size(), 1u);
  EXPECT_EQ(platform.links[0].physical->gen, 5u);
  EXPECT_EQ(platform.links[0].physical->width, 8u);
  EXPECT_EQ(platform.links[0].physical->queue, 256u) << "a profile's link replaces the default one";
}

TEST(Profiles, MediaOfAnotherKindStartsAnew) {
  const PlatformDescription platform = read_platform_text(
      pool("", "", ", profile: a1000, media: {kind: fixed, latency: 5ns}"), "pool.yaml");
  EXPECT_EQ(platform.devices[0].timing.media.kind, MediaKind::fixed);
  EXPECT_EQ(platform.devices[0].timing.media.channels, 1u);
  EXPECT_EQ(platform.devices[0].timing.media.part, "");
}

TEST(Profiles, AreSpelledOutInTheResolvedPlatform) {
  const auto once = resolved_json(read_platform_text(
      pool(", profile: a1000", ", profile: generic-switch", ", profile: a1000"), "pool.yaml"));
  EXPECT_EQ(once["devices"][0]["profile"], "a1000");
  EXPECT_EQ(once["devices"][0]["media"]["channels"], 4);
  EXPECT_EQ(once["links"].size(), 2u);
  EXPECT_EQ(resolved_json(read_platform_text(once.dump(), "again.json")), once);
}

TEST(Profiles, AnUnknownOneIsAnErrorThatNamesTheNearest) {
  EXPECT_EQ(error_of(pool("", "", ", profile: a100")),
            "pool.yaml:5:54: devices[0].profile: no profile is named \"a100\", did you mean "
            "\"a1000\"?");
}

TEST(Profiles, OneForSomethingElseIsAnError) {
  EXPECT_EQ(error_of(pool(", profile: spec-target", "", "")),
            "pool.yaml:2:68: hosts[0].profile: profile spec-target has no section host; expected "
            "one of a1000, local-ddr5, pond-16, pond-32, pond-8, vldb25-blade");
  EXPECT_EQ(error_of(pool("", ", profile: a1000", "")),
            "pool.yaml:3:70: switches[0].profile: profile a1000 has no section switch; expected "
            "one of generic-switch, pond-32");
}

TEST(Profiles, AreReadAsStrictlyAsPlatforms) {
  const std::string head = "name: a1000\nwhat: w\nsource: s\nfitted: []\n";
  EXPECT_EQ(profile_error(head), "(no error)");
  EXPECT_EQ(profile_error(head + "device:\n  quue: 3\n"),
            "a1000.yaml:6:3: device.quue: unknown key, did you mean \"queue\"?");
  EXPECT_EQ(profile_error("name: b\nwhat: w\nsource: s\nfitted: []\n"),
            "a1000.yaml:1:7: name: expected the name of the file, a1000, got b");
  EXPECT_EQ(profile_error("name: a1000\nwhat: w\nsource: s\nfitted: [device.queue]\n"),
            "a1000.yaml:4:10: fitted[0]: expected a constant of this profile such as "
            "device.media.latency, got device.queue");
  EXPECT_EQ(profile_error(head + "link: {width: 8}\n"),
            "a1000.yaml:5:15: link.width: width needs gen: 3, 4, 5 or 6 beside it; a link without "
            "gen has a constant latency");
}

TEST(Profiles, OfAThousandDevicesAreReadOnce) {
  const PlatformDescription platform = read_platform_text(
      "version: 1\n"
      "hosts: [{name: \"h{i}\", bridges: [{name: hb0, root_ports: 4}], repeat: 256}]\n"
      "devices: [{name: \"m{i}\", at: \"h{i/4}.hb0.rp{i%4}\", volatile: 1GiB, profile: "
      "\"pond-{i%2*8+8}\", repeat: 1_024}]\n",
      "big.yaml");
  ASSERT_EQ(platform.links.size(), 1'024u);
  EXPECT_EQ(platform.links[0].physical->retimers, 0u);
  EXPECT_EQ(platform.links[1].physical->retimers, 1u);
}

}  // namespace
}  // namespace cxlpool::platforms
