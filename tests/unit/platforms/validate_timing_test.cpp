// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/platforms/good_platform.h"

namespace cxlpool::platforms {
namespace {

constexpr timing::Picoseconds two_seconds = 2'000'000'000'000;

std::string error_of_link(const std::function<void(PhysicalLinkDescription&)>& change) {
  return error_after([&](PlatformDescription& p) {
    PhysicalLinkDescription link;
    link.gen = 5;
    change(link);
    p.links.push_back({"h0.hb0.rp0", "sw0", 0, {}, link});
  });
}

std::string error_of_media(const std::function<void(MediaDescription&)>& change) {
  return error_after([&](PlatformDescription& p) {
    p.devices[1].timing.media.kind = MediaKind::dram;
    p.devices[1].timing.media.part = "DDR5-4800BN";
    change(p.devices[1].timing.media);
  });
}

TEST(ValidateTiming, PhysicalLinksAreOfTheStandard) {
  EXPECT_EQ(error_of_link([](auto&) {}), "(no error)");
  for (const unsigned gen : {0u, 2u, 7u}) {
    EXPECT_EQ(
        error_of_link([&](auto& l) { l.gen = gen; }),
        "links[0].gen: expected 3, 4, 5 or 6, for 8, 16, 32 or 64GT/s, got " + std::to_string(gen));
  }
  for (const unsigned width : {0u, 3u, 12u, 32u}) {
    EXPECT_EQ(error_of_link([&](auto& l) { l.width = width; }),
              "links[0].width: expected 1, 2, 4, 8 or 16 lanes, got " + std::to_string(width));
  }
  EXPECT_EQ(error_of_link([](auto& l) { l.flit = FlitMode::flit_256b; }),
            "links[0].flit: expected 68B at gen 5, as 256B flits belong to gen 6; got 256B");
  EXPECT_EQ(error_of_link([](auto& l) {
              l.gen = 6;
              l.flit = FlitMode::flit_68b;
            }),
            "links[0].flit: expected 256B or 256B-lopt at gen 6, which has no 68B flits; got 68B");
  EXPECT_EQ(
      error_of_link([](auto& l) {
        l.gen = 6;
        l.flit = FlitMode::flit_256b_lopt;
        l.mdh = true;
      }),
      "links[0].mdh: expected false with 256B-lopt flits; multiple data headers are an option "
      "of 68B flits");
  EXPECT_EQ(error_of_link([](auto& l) { l.retimers = 5; }),
            "links[0].retimers: expected 0 to 4, got 5");
  EXPECT_EQ(error_of_link([](auto& l) { l.retimer_latency = two_seconds; }),
            "links[0].retimer_latency: expected at most 1s, got 2s");
  EXPECT_EQ(error_of_link([](auto& l) { l.queue = 0; }),
            "links[0].queue: expected 1 to 65536, got 0");
  EXPECT_EQ(error_of_link([](auto& l) { l.credits = 0; }),
            "links[0].credits: expected 1 to 65536, got 0");
  EXPECT_EQ(error_after([](auto& p) { p.default_link.emplace(); }),
            "default_link.gen: expected 3, 4, 5 or 6, for 8, 16, 32 or 64GT/s, got 0");
}

TEST(ValidateTiming, MediaCanBeBuilt) {
  EXPECT_EQ(error_of_media([](auto&) {}), "(no error)");
  EXPECT_EQ(error_of_media([](auto& m) { m.part = "DDR5-4800"; }),
            "devices[1].media.part: no DRAM part is named \"DDR5-4800\", did you mean "
            "\"DDR5-4800AN\"?");
  EXPECT_EQ(error_of_media([](auto& m) { m.part = ""; }),
            "devices[1].media: kind: dram needs a part such as DDR5-4800BN");
  EXPECT_EQ(error_of_media([](auto& m) { m.channels = 0; }),
            "devices[1].media.channels: expected a power of two from 1 to 64, got 0");
  EXPECT_EQ(error_of_media([](auto& m) { m.channel_granularity = 128; }),
            "devices[1].media.channel_granularity: expected a power of two from 256B to 4KiB, got "
            "128B");
  EXPECT_EQ(error_of_media([](auto& m) { m.queue = 0; }),
            "devices[1].media.queue: expected 1 to 65536, got 0");
  EXPECT_EQ(error_of_media([](auto& m) { m.write_linger = 40'000; }),
            "devices[1].media.read_patience: expected write_linger and read_patience together, got "
            "40ns and 0ps");
  EXPECT_EQ(error_of_media([](auto& m) {
              m.write_linger = m.read_patience = 40'000;
              m.scheduler = DramScheduler::fifo;
            }),
            "devices[1].media.write_linger: expected only with scheduler: fr-fcfs, not with fifo");
  EXPECT_EQ(error_after([](auto& p) { p.devices[0].timing.media.latency = two_seconds; }),
            "devices[0].media.latency: expected at most 1s, got 2s");
  EXPECT_EQ(error_after([](auto& p) { p.devices[0].timing.media.bytes_per_second = 1; }),
            "devices[0].media.bandwidth: expected 1MB/s to 10TB/s, got 1B/s");
  EXPECT_EQ(error_after([](auto& p) {
              p.devices[0].timing.media.bytes_per_second = 1'000'000'000;
              p.devices[0].timing.media.read_gap = 1;
            }),
            "devices[0].media.bandwidth: expected bandwidth, or read_gap and write_gap, not both");
  EXPECT_EQ(error_after([](auto& p) { p.devices[0].timing.queue = 0; }),
            "devices[0].queue: expected 1 to 65536, got 0");
}

TEST(ValidateTiming, HostsAreWithinRange) {
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].timing.priority = 8; }),
            "hosts[0].priority: expected 0 to 7, got 8");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].timing.outstanding = 65'537; }),
            "hosts[0].outstanding: expected 0 to 65536, got 65537");
  EXPECT_EQ(error_after([](auto& p) { p.hosts[0].timing.request_latency = two_seconds; }),
            "hosts[0].request_latency: expected at most 1s, got 2s");
  EXPECT_EQ(error_after([](auto& p) {
              p.hosts[0].timing.read = {0, max_bandwidth + 1};
            }),
            "hosts[0].read_limit: expected 1MB/s to 10TB/s, got 10000000000001B/s");
  EXPECT_EQ(error_after([](auto& p) {
              p.hosts[0].timing.write = {1, min_bandwidth};
            }),
            "hosts[0].write_limit: expected write_gap or write_limit, not both");
}

TEST(ValidateTiming, LocalMemoryLiesBesideTheWindows) {
  const auto error = [](std::uint64_t base, std::uint64_t size) {
    return error_after([&](PlatformDescription& p) {
      p.hosts[0].timing.local.emplace();
      p.hosts[0].timing.local->base = base;
      p.hosts[0].timing.local->size = size;
    });
  };
  EXPECT_EQ(error(0, 4 * GiB), "(no error)");
  EXPECT_EQ(error(8 * GiB, GiB), "(no error)");
  EXPECT_EQ(error(4 * GiB - 4096, 8192),
            "hosts[0].local.base: 8KiB from 0xffff_f000 overlaps windows[0], 4GiB from "
            "0x1_0000_0000; expected local memory beside the windows");
  EXPECT_EQ(error(0, 16 * GiB),
            "hosts[0].local.base: 16GiB from 0x0 overlaps windows[0], 4GiB from 0x1_0000_0000; "
            "expected local memory beside the windows");
  EXPECT_EQ(error(0, 0), "hosts[0].local.size: expected more than 0");
  EXPECT_EQ(error(64, GiB), "hosts[0].local.base: expected a multiple of 4KiB, got 64B");
  EXPECT_EQ(
      error(0 - MiB, GiB),
      "hosts[0].local.size: expected at most 1MiB above base 0xffff_ffff_fff0_0000, got 1GiB");
}

TEST(ValidateTiming, SwitchesHaveQueuesAndWeights) {
  const auto error = [](const std::function<void(SwitchTimingDescription&)>& change) {
    return error_after([&](PlatformDescription& p) { change(p.switches[0].timing); });
  };
  EXPECT_EQ(error([](auto& s) { s.ingress_queue = 0; }),
            "switches[0].ingress_queue: expected 1 to 65536, got 0");
  EXPECT_EQ(error([](auto& s) { s.egress_queue = 0; }),
            "switches[0].egress_queue: expected 1 to 65536, got 0");
  EXPECT_EQ(error([](auto& s) { s.weights = {1}; }),
            "switches[0].weights: expected only with arbitration: weighted, not with round_robin");
  EXPECT_EQ(error([](auto& s) { s.arbitration = Arbitration::weighted; }),
            "switches[0]: arbitration: weighted needs 1 weights, one for each upstream port; got "
            "0");
  EXPECT_EQ(error([](auto& s) {
              s.arbitration = Arbitration::weighted;
              s.weights = {0};
            }),
            "switches[0].weights[0]: expected 1 to 256, got 0");
  EXPECT_EQ(error([](auto& s) { s.buffers = 4; }),
            "switches[0].buffers: expected only with shared_buffers: true");
  EXPECT_EQ(error([](auto& s) { s.shared_buffers = true; }),
            "switches[0]: shared_buffers needs buffers of at least 1, how many messages there is "
            "room for");
  EXPECT_EQ(error([](auto& s) {
              s.shared_buffers = true;
              s.buffers = 2;
            }),
            "switches[0].buffers: expected at least 3, one for each port, got 2");
}

TEST(ValidateTiming, InjectionTakesWhatItsKindNeeds) {
  const auto error = [](Injection kind, const std::function<void(TrafficDescription&)>& change) {
    return error_after([&](PlatformDescription& p) {
      p.traffic[0].injection.kind = kind;
      if (kind != Injection::closed) p.traffic[0].injection.pace.gap = 1'000;
      change(p.traffic[0]);
    });
  };
  for (const Injection kind : {Injection::closed, Injection::open, Injection::paced}) {
    EXPECT_EQ(error(kind, [](auto&) {}), "(no error)");
  }
  EXPECT_EQ(error(Injection::open, [](auto& t) { t.injection.pace = {}; }),
            "traffic[0]: injection: open needs a rate such as 10GB/s or a gap such as 25ns, not 0");
  EXPECT_EQ(error(Injection::open, [](auto& t) { t.outstanding = 2; }),
            "traffic[0].outstanding: expected only with injection: closed or paced, not with open");
  EXPECT_EQ(error(Injection::open, [](auto& t) { t.injection.threads = 2; }),
            "traffic[0].threads: expected only with injection: closed, not with open");
  EXPECT_EQ(error(Injection::paced, [](auto& t) { t.injection.delay = 1; }),
            "traffic[0].delay: expected only with injection: closed, not with paced");
  EXPECT_EQ(error(Injection::paced, [](auto& t) { t.injection.arrival = Arrival::poisson; }),
            "traffic[0].arrival: expected only with injection: open, not with paced");
  EXPECT_EQ(error(Injection::closed,
                  [](auto& t) {
                    t.injection.pace = {0, 1'000'000};
                  }),
            "traffic[0].rate: expected only with injection: open or paced, not with closed");
  EXPECT_EQ(error(Injection::closed, [](auto& t) { t.injection.threads = 0; }),
            "traffic[0].threads: expected 1 to 65536, got 0");
  EXPECT_EQ(error(Injection::open,
                  [](auto& t) {
                    t.injection.pace = {0, 1};
                  }),
            "traffic[0].rate: expected 1MB/s to 10TB/s, got 1B/s");
}

TEST(ValidateTiming, OutputFilesAreOneEach) {
  EXPECT_EQ(error_after([](auto& p) { p.output.timeline = "../x"; }),
            "output.timeline: expected the name of a file in the output folder, got ../x");
  EXPECT_EQ(error_after([](auto& p) {
              p.output.timeline = "x";
              p.output.vcd = "x";
            }),
            "output.vcd: expected another name than x, the file of timeline");
  EXPECT_EQ(error_after([](auto& p) { p.output.vcd = "results.json"; }),
            "output.vcd: expected another name than results.json, the file of the results");
  EXPECT_EQ(error_after([](auto& p) { p.output.time_series = two_seconds; }),
            "output.time_series: expected at most 1s, got 2s");
  EXPECT_EQ(error_after([](auto& p) { p.warmup.time = two_seconds; }),
            "warmup: expected at most 1s, got 2s");
}

}  // namespace
}  // namespace cxlpool::platforms
