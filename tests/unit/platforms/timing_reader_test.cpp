// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "platforms/description_json.h"
#include "tests/unit/platforms/fixtures.h"

namespace cxlpool::platforms {
namespace {

/// h0 with mem0 at rp0 and mem1 at rp1.
std::string with(const std::string& more, const std::string& device = {}) {
  return "version: 1\nhosts: [{name: h0, bridges: [{name: hb0, root_ports: 4}]}]\ndevices:\n"
         "- {name: mem0, at: h0.hb0.rp0, volatile: 1GiB" +
         device + "}\n- {name: mem1, at: h0.hb0.rp1, volatile: 1GiB}\n" + more;
}

PlatformDescription read(const std::string& more, const std::string& device = {}) {
  return read_platform_text(with(more, device), "pool.yaml");
}

TEST(TimingReader, SayingNothingMeansConstantLinksAndNoOtherTime) {
  const PlatformDescription platform = read("links: [{between: [h0.hb0.rp0, mem0], latency: 1ns}]");
  EXPECT_FALSE(platform.default_link);
  ASSERT_EQ(platform.links.size(), 1u);
  EXPECT_FALSE(platform.links[0].physical);
  const HostTimingDescription& host = platform.hosts[0].timing;
  EXPECT_EQ(host.request_latency + host.response_latency, 0u);
  EXPECT_EQ(host.outstanding, 0u);
  EXPECT_FALSE(host.read.limited() || host.write.limited() || host.local);
  const DeviceTimingDescription& device = platform.devices[0].timing;
  EXPECT_EQ(device.request_latency + device.response_latency + device.media.latency, 0u);
  EXPECT_EQ(device.media.kind, MediaKind::fixed);
  EXPECT_EQ(device.media.bytes_per_second + device.media.read_gap + device.media.write_gap, 0u);
  EXPECT_FALSE(platform.warmup.given() || platform.measure.given());
}

TEST(TimingReader, WritesLingerWithFirstReadyAlone) {
  const auto media = [](const std::string& device) {
    return read("", device).devices[0].timing.media;
  };
  const MediaDescription given =
      media(", media: {kind: dram, part: DDR5-4800BN, write_linger: 30ns, read_patience: 90ns}");
  EXPECT_EQ(given.write_linger, 30'000u);
  EXPECT_EQ(given.read_patience, 90'000u);
  EXPECT_EQ(media(", profile: a1000").write_linger, 40'000u);
  EXPECT_EQ(media(", profile: a1000, media: {scheduler: fr-fcfs}").write_linger, 40'000u);
  const MediaDescription fifo = media(", profile: a1000, media: {scheduler: fifo}");
  EXPECT_EQ(fifo.write_linger + fifo.read_patience, 0u);
}

TEST(TimingReader, TakesEveryKey) {
  const PlatformDescription platform = read_platform(fixture("everything.yaml"));
  const HostTimingDescription& host = platform.hosts[0].timing;
  EXPECT_EQ(host.request_latency, 25'000u);
  EXPECT_EQ(host.response_latency, 15'000u);
  EXPECT_EQ(host.outstanding, 128u);
  EXPECT_EQ(host.read.bytes_per_second, 45'000'000'000u);
  EXPECT_EQ(host.write.gap, 2'000u);
  EXPECT_EQ(host.priority, 7u);
  ASSERT_TRUE(host.local);
  EXPECT_EQ(host.local->base, 0x8'0000'0000u);
  EXPECT_EQ(host.local->latency, 40'000u);
  EXPECT_EQ(host.local->media.channels, 8u);
  EXPECT_EQ(host.local->media.channel_granularity, 1024u);
  EXPECT_EQ(host.local->media.page, PagePolicy::closed);
  EXPECT_EQ(host.local->media.scheduler, DramScheduler::fifo);
  EXPECT_EQ(host.local->media.queue, 32u);
  EXPECT_FALSE(host.local->media.refresh);
  EXPECT_EQ(platform.hosts[3].timing.write.bytes_per_second, 20ull << 30);
  const SwitchTimingDescription& one = platform.switches[0].timing;
  EXPECT_EQ(one.latency, 12'500u);
  EXPECT_EQ(one.ingress_queue, 16u);
  EXPECT_EQ(one.egress_queue, 8u);
  EXPECT_EQ(one.arbitration, Arbitration::weighted);
  EXPECT_EQ(one.weights, (std::vector<unsigned>{3, 1}));
  EXPECT_TRUE(one.shared_buffers);
  EXPECT_EQ(one.buffers, 256u);
  EXPECT_EQ(platform.devices[0].timing.queue, 128u);
  EXPECT_EQ(platform.devices[1].timing.media.latency_of_write(), 10'000u);
  EXPECT_EQ(platform.devices[1].timing.media.bytes_per_second, 60'000'000'000u);
  EXPECT_EQ(platform.devices[2].timing.media.latency_of_write(), 1'000'000u);
  EXPECT_EQ(platform.devices[2].timing.media.write_gap, 4'000u);
  const PhysicalLinkDescription& link = platform.links[1].physical.value();
  EXPECT_EQ(link.gen, 4u);
  EXPECT_EQ(link.width, 8u);
  EXPECT_EQ(link.flit_mode(), FlitMode::flit_68b);
  EXPECT_TRUE(link.mdh);
  EXPECT_FALSE(link.sync_header_bypass);
  EXPECT_FALSE(link.skp_ordered_sets);
  EXPECT_EQ(link.queue, 16u);
  EXPECT_EQ(link.credits, 48u);
  EXPECT_EQ(link.flight(), 24'000u + 2 * 11'000u);
  EXPECT_EQ(platform.links[1].latency, link.flight());
  const InjectionDescription& closed = platform.traffic[0].injection;
  EXPECT_EQ(closed.kind, Injection::closed);
  EXPECT_EQ(closed.threads, 4u);
  EXPECT_EQ(closed.delay, 100'000u);
  EXPECT_EQ(closed.start, 1'000'000u);
  EXPECT_EQ(platform.traffic[1].injection.kind, Injection::open);
  EXPECT_EQ(platform.traffic[1].injection.arrival, Arrival::poisson);
  EXPECT_EQ(platform.traffic[1].injection.pace.bytes_per_second, 10'000'000'000u);
  EXPECT_EQ(platform.traffic[2].injection.kind, Injection::paced);
  EXPECT_EQ(platform.traffic[2].injection.pace.gap, 25'000u);
  EXPECT_EQ(platform.warmup.time, 10'000'000u);
  EXPECT_EQ(platform.measure.requests, 1'000u);
  EXPECT_EQ(platform.output.timeline, "timeline.json");
  EXPECT_EQ(platform.output.vcd, "links.vcd");
  EXPECT_EQ(platform.output.time_series, 1'000'000u);
}

TEST(TimingReader, APaceIsRoundedUpToPicoseconds) {
  EXPECT_EQ((PaceDescription{0, 45'000'000'000}.between(64)), 1'423u);
  EXPECT_EQ((PaceDescription{0, 64'000'000'000}.between(64)), 1'000u);
  EXPECT_EQ((PaceDescription{0, min_bandwidth}.between(1u << 20)), 1'048'576'000'000u);
  EXPECT_EQ((PaceDescription{2'000, 0}.between(4096)), 2'000u);
  EXPECT_EQ(PaceDescription{}.between(64), 0u);
}

TEST(TimingReader, ALinkHasAConstantLatencyOrAGen) {
  const auto error = [](const std::string& keys) {
    return error_of(with("links:\n- {between: [h0.hb0.rp0, mem0]" + keys + "}\n"));
  };
  EXPECT_EQ(error(""), "pool.yaml:7:3: links[0]: expected latency, for a constant, or gen");
  EXPECT_EQ(error(", latency: 1ns, gen: 5"),
            "pool.yaml:7:42: links[0].latency: expected latency, for a constant, or gen and what "
            "belongs to it, not both latency and gen");
  EXPECT_EQ(error(", width: 8"),
            "pool.yaml:7:40: links[0].width: width needs gen: 3, 4, 5 or 6 beside it; a link "
            "without gen has a constant latency");
  EXPECT_EQ(error_of(with("default_link: {gen: 5}\nlink_latency: 1ns\n")),
            "pool.yaml:6:15: default_link: expected link_latency or default_link, not both");
}

TEST(TimingReader, LinksLieOverTheDefaultLinkWhereverItStands) {
  const PlatformDescription platform = read(
      "links: [{between: [h0.hb0.rp0, mem0], width: 4}]\n"
      "default_link: {gen: 5, width: 8, retimers: 1}\n");
  ASSERT_TRUE(platform.default_link);
  EXPECT_EQ(platform.default_link->width, 8u);
  EXPECT_EQ(platform.default_link_latency, 22'500u);
  EXPECT_EQ(platform.links[0].physical->gen, 5u);
  EXPECT_EQ(platform.links[0].physical->width, 4u);
  EXPECT_EQ(platform.links[0].physical->retimers, 1u);
  const PlatformDescription constant =
      read("links: [{between: [h0.hb0.rp0, mem0], latency: 9ns}]\ndefault_link: {gen: 6}\n");
  EXPECT_FALSE(constant.links[0].physical);
  EXPECT_EQ(constant.links[0].latency, 9'000u);
  EXPECT_EQ(constant.default_link->flit_mode(), FlitMode::flit_256b);
}

TEST(TimingReader, MediaTakesTheKeysOfItsKind) {
  EXPECT_EQ(error_of(with("", ", media: {part: DDR5-4800BN}")),
            "pool.yaml:4:62: devices[0].media.part: expected only with kind: dram, not with kind: "
            "fixed");
  EXPECT_EQ(error_of(with("", ", media: {kind: dram, part: DDR5-4800BN, latency: 1ns}")),
            "pool.yaml:4:96: devices[0].media.latency: expected only with kind: fixed, not with "
            "kind: dram");
  EXPECT_EQ(error_of(with("", ", media: {refresh: false}")),
            "pool.yaml:4:65: devices[0].media.refresh: expected only with kind: dram, not with "
            "kind: fixed");
  EXPECT_EQ(
      error_of(with("", ", media: {bandwidth: 1GB/s, write_gap: 1ns}")),
      "pool.yaml:4:85: devices[0].media.write_gap: expected bandwidth or write_gap, not both");
  EXPECT_EQ(error_of(with("", ", media: {kind: hbm}")),
            "pool.yaml:4:62: devices[0].media.kind: expected fixed or dram, got hbm");
}

TEST(TimingReader, NonsenseIsAnErrorAtTheValue) {
  EXPECT_EQ(error_of(with("", ", request_latency: -1ns")),
            "pool.yaml:4:65: devices[0].request_latency: expected a duration such as 25ns or 1us, "
            "got -1ns: it must not be negative");
  EXPECT_EQ(error_of(with("", ", media: {bandwidth: 0GB/s}")),
            "pool.yaml:4:67: devices[0].media.bandwidth: expected 1MB/s to 10TB/s, got 0GB/s");
  EXPECT_EQ(error_of(with("", ", media: {bandwidth: 60GB}")),
            "pool.yaml:4:67: devices[0].media.bandwidth: expected a bandwidth such as 45GB/s or "
            "800MB/s, got 60GB: the unit must be B/s, kB/s, MB/s, GB/s, TB/s, MiB/s or GiB/s");
  EXPECT_EQ(error_of(with("default_link: {gen: 5, width: 0}\n")),
            "pool.yaml:6:31: default_link.width: expected 1, 2, 4, 8 or 16 lanes, got 0");
  EXPECT_EQ(error_of(with("default_link: {gen: 5, flit: 128B}\n")),
            "pool.yaml:6:30: default_link.flit: expected 68B, 256B or 256B-lopt, got 128B");
  EXPECT_EQ(error_of(with("links:\n- {between: [h0.hb0.rp0, mem0], gen: 5, credits: 0}\n")),
            "pool.yaml:7:50: links[0].credits: expected 1 to 65536, got 0");
  EXPECT_EQ(error_of(with("warmup: 10\nmeasure: 5x\n")),
            "pool.yaml:7:10: measure: expected a duration such as 10us or a number of requests "
            "such as 1_000, got 5x");
  EXPECT_EQ(error_of(with("measure: 0us\n")),
            "pool.yaml:6:10: measure: expected more than 0, or nothing for the whole run");
  EXPECT_EQ(error_of("version: 1\nhosts: [{name: h0, bridges: [], read_gap: 1ns, read_limit: "
                     "1GB/s}]\n"),
            "pool.yaml:2:60: hosts[0].read_limit: expected read_gap or read_limit, not both");
  EXPECT_EQ(error_of("version: 1\nhosts: [{name: h0, bridges: [], local: {size: 1GiB}}]\n"),
            "pool.yaml:2:40: hosts[0].local: missing required key \"base\"");
}

TEST(TimingReader, SetReachesTiming) {
  const PlatformDescription platform = read_platform_text(
      with("links: [{between: [h0.hb0.rp0, mem0], gen: 5}]\n"), "pool.yaml",
      {"links[0].width=4", "default_link.gen=6", "devices[mem1].media.latency=30ns",
       "devices[mem0].profile=a1000", "warmup=5us"});
  EXPECT_EQ(platform.links[0].physical->width, 4u);
  EXPECT_EQ(platform.default_link->gen, 6u);
  EXPECT_EQ(platform.devices[1].timing.media.latency, 30'000u);
  EXPECT_EQ(platform.devices[0].timing.media.part, "DDR5-4800BN");
  EXPECT_EQ(platform.warmup.time, 5'000'000u);
}

}  // namespace
}  // namespace cxlpool::platforms
