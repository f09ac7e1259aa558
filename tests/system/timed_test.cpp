// SPDX-License-Identifier: Apache-2.0
// What the two timed modes owe each other, and how an approximately timed run ends that cannot go
// on.
#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/results.h"

namespace cxlpool::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Of one request at a time nobody else is in the way, so both modes agree to the picosecond.
class Alone : public ::testing::TestWithParam<const char*> {};

TEST_P(Alone, TakesTheSameInBothModes) {
  const std::string platform = GetParam();
  const auto picoseconds = [&](const char* mode) {
    const CatalogRun run(platform, {"--mode", mode, "--set",
                                    "traffic=[{host: h0, region: " +
                                        std::string(platform == "two-hosts.yaml" ? "pool0" : "r0") +
                                        ", pattern: interleaved, requests: 2_000}]",
                                    "--set", "default_link={gen: 5, width: 8}"});
    EXPECT_EQ(run.outcome().exit_status, 0) << run.outcome().out << run.outcome().err;
    return run.results()["simulated_ps"].dump();
  };
  EXPECT_EQ(picoseconds("lt"), picoseconds("at"));
}

INSTANTIATE_TEST_SUITE_P(System, Alone,
                         ::testing::Values("one-device.yaml", "four-way.yaml", "two-hosts.yaml",
                                           "twelve-way.yaml"),
                         [](const auto& info) {
                           std::string name = info.param;
                           name = name.substr(0, name.find('.'));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

struct Shape {
  const char* name;
  const char* injection;
  const char* host;
  double percent;  ///< that the means may differ by
};
void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.injection; }

/// Requests of several streams that meet: the modes agree in the mean whatever the injection.
class Together : public ::testing::TestWithParam<Shape> {};

TEST_P(Together, TakeTheSameInTheMeanInBothModes) {
  const Shape& shape = GetParam();
  TempDir folder;
  std::string text =
      "version: 1\n"
      "hosts:\n"
      "  - name: h{i}\n"
      "    repeat: 4\n"
      "    request_latency: 20ns\n"
      "    response_latency: 20ns\n"
      "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
      "    bridges: [{name: hb0, root_ports: 1}]\n";
  text += shape.host;
  text +=
      "switches:\n"
      "  - {name: sw0, upstream: [h0.hb0.rp0, h1.hb0.rp0, h2.hb0.rp0, h3.hb0.rp0], latency: 10ns,\n"
      "     arbitration: fifo, ingress_queue: 4096, egress_queue: 4096, downstream: "
      "[{name: ds0, bound_to: h0.hb0.rp0}, {name: ds1, bound_to: h1.hb0.rp0}, "
      "{name: ds2, bound_to: h2.hb0.rp0}, {name: ds3, bound_to: h3.hb0.rp0}]}\n"
      "devices:\n"
      "  - {name: 'mem{i}', repeat: 4, at: 'sw0.ds{i}', volatile: 1GiB, queue: 4096,\n"
      "     media: {latency: 80ns, bandwidth: 20GB/s}}\n"
      "default_link: {gen: 5, width: 8, port_latency: 12.5ns, queue: 4096, credits: 4096}\n"
      "regions: [{name: 'r{i}', repeat: 4, host: 'h{i}', devices: ['mem{i}']}]\n"
      "traffic:\n"
      "  - {repeat: 4, host: 'h{i}', region: 'r{i}', pattern: uniform, read: 67%, requests: "
      "6_000, ";
  text += std::string(shape.injection) + "}\n";
  const std::string file = folder.write("p.yaml", text);
  std::map<std::string, double> mean;
  for (const char* mode : {"lt", "at"}) {
    const Outcome outcome = cxlpool({"run", file, "--mode", mode, "--json"});
    ASSERT_EQ(outcome.exit_status, 0) << outcome.err;
    const auto results = nlohmann::json::parse(outcome.out);
    for (const auto& stream : results["traffic"]) {
      mean[mode] += stream["latency_ps"]["all"]["mean"].get<double>();
    }
  }
  EXPECT_NEAR(mean["lt"] / mean["at"], 1, shape.percent / 100);
}

INSTANTIATE_TEST_SUITE_P(
    System, Together,
    ::testing::Values(
        Shape{"SlowOpenStreams", "injection: open, rate: 10MB/s, arrival: poisson", "", 1},
        Shape{"OpenStreams", "injection: open, rate: 8GB/s, arrival: poisson", "", 1},
        Shape{"LargeRequests", "sizes: [4KiB], injection: open, rate: 1GB/s, arrival: poisson", "",
              3},
        Shape{"ThinkTime", "outstanding: 4, delay: 10us", "", 1},
        Shape{"ClosedLoop", "outstanding: 8", "", 3},
        Shape{"LimitOfTheHost", "threads: 4, outstanding: 16", "    outstanding: 16\n", 3},
        Shape{"MoreThanTheHostCanBear", "injection: open, rate: 8GB/s, arrival: poisson",
              "    outstanding: 8\n", 3}),
    [](const auto& info) { return std::string(info.param.name); });

/// Places where messages wait are asked for while others wait already: by a refusal, or by the
/// first access to a channel.
class Growth : public ::testing::TestWithParam<const char*> {};

TEST_P(Growth, OfAStationForgetsNobody) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml",
      std::string(
          "version: 1\n"
          "hosts: [{name: h0, windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}], "
          "bridges: [{name: hb0, root_ports: 1}]}]\n"
          "regions: [{name: r, host: h0, devices: m0}]\n"
          "default_link: {gen: 3, width: 1}\n"
          "expect_refusals: true\n") +
          GetParam());
  std::string results[2];
  for (const bool compiled : {true, false}) {
    std::vector<std::string> arguments = {"run", file, "--mode", "at", "--json"};
    if (!compiled) arguments.push_back("--no-compiled-routes");
    const Outcome outcome = cxlpool(arguments);
    ASSERT_EQ(outcome.exit_status, 0) << outcome.err << outcome.out;
    results[compiled] = without_wall(nlohmann::ordered_json::parse(outcome.out)).dump(1);
  }
  EXPECT_EQ(results[0], results[1]);
}

INSTANTIATE_TEST_SUITE_P(
    System, Growth,
    ::testing::Values(
        "devices: [{name: m0, at: h0.hb0.rp0, volatile: 512MiB}]\n"
        "traffic:\n"
        "  - {host: h0, region: r, pattern: sequential, requests: 8, sizes: 4KiB, outstanding: 8}\n"
        "  - {host: h0, base: 0x1_2000_0000, size: 512MiB, pattern: uniform, requests: 1, start: "
        "300ns}\n",
        "devices: [{name: m0, at: h0.hb0.rp0, volatile: 512MiB, "
        "media: {kind: dram, part: DDR5-5600AN, channels: 64}}]\n"
        "traffic: [{host: h0, region: r, pattern: sequential, requests: 64, sizes: 4KiB, "
        "outstanding: 64}]\n"),
    [](const auto& info) { return info.index == 0 ? "ByARefusal" : "ByChannels"; });

TEST(Until, IsNoFailureOfWhatIsInFlight) {
  const CatalogRun run("one-device.yaml", {"--mode", "at", "--until", "300ns"});
  EXPECT_EQ(run.outcome().exit_status, 0) << run.outcome().out;
  EXPECT_THAT(run.outcome().out, HasSubstr("STOPPED at 300 ns as asked"));
  EXPECT_EQ(run.results()["simulated_ps"], 300'000);
}

/// Requests take all the buffers of a switch whose two directions share them, and the device cannot
/// be rid of its answers.
TEST(Deadlock, EndsTheRunAndNamesTheQueuesThatWaitForEachOther) {
  TempDir folder;
  const std::string file = folder.write(
      "pool.yaml",
      "version: 1\n"
      "hosts:\n"
      "  - name: h0\n"
      "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
      "    bridges: [{name: hb0, root_ports: 1}]\n"
      "switches:\n"
      "  - {name: sw0, upstream: h0.hb0.rp0, downstream: 1, latency: 10ns, shared_buffers: true,\n"
      "     buffers: 2, egress_queue: 1}\n"
      "devices:\n"
      "  - {name: mem0, at: sw0.ds0, volatile: 1GiB, queue: 1,\n"
      "     media: {latency: 100ns, bandwidth: 1GB/s}}\n"
      "default_link: {gen: 5, width: 8, queue: 1, credits: 1}\n"
      "regions: [{name: r0, host: h0, devices: [mem0]}]\n"
      "traffic: [{host: h0, region: r0, pattern: sequential, requests: 1_000, outstanding: 64}]\n");
  for (const bool compiled : {true, false}) {
    std::vector<std::string> arguments = {"run", file, "--mode", "at"};
    if (!compiled) arguments.push_back("--no-compiled-routes");
    const Outcome outcome = cxlpool(arguments);
    EXPECT_EQ(outcome.exit_status, 1) << outcome.err;
    const std::string said = outcome.out + outcome.err;
    EXPECT_THAT(said, HasSubstr("deadlock: nothing moves any more; waiting for room: "));
    for (const char* queue : {"sw0.usp0.ingress", "mem0.controller", "sw0.ds0"}) {
      EXPECT_THAT(said, HasSubstr(queue));
    }
    EXPECT_THAT(said, HasSubstr("requests were asked and"));
    EXPECT_THAT(said, Not(HasSubstr("failed a check")));
    arguments.insert(arguments.end(), {"--until", "1ms"});
    const Outcome stopped = cxlpool(arguments);
    EXPECT_EQ(stopped.exit_status, 1) << "nothing moved any more before";
    EXPECT_THAT(stopped.out + stopped.err, HasSubstr("deadlock"));
  }
  EXPECT_EQ(cxlpool({"run", file, "--mode", "lt", "--quiet"}).exit_status, 0);
  EXPECT_EQ(cxlpool({"run", file, "--mode", "at", "--quiet", "--set",
                     "switches[0].shared_buffers=false", "--set", "switches[0].buffers=0"})
                .exit_status,
            0);
}

struct Wrong {
  const char* name;
  const char* set;
  const char* where;
  const char* right;
};
void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.set; }

class WrongTiming : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongTiming, IsRefusedWithWhereAndWhatWouldBeRight) {
  const Wrong& wrong = GetParam();
  const Outcome outcome =
      cxlpool({"run", CXLPOOL_CATALOG "/four-way.yaml", "--mode", "at", "--set", wrong.set});
  EXPECT_EQ(outcome.exit_status, 2) << outcome.out;
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr(wrong.where));
  EXPECT_THAT(outcome.err, HasSubstr(wrong.right));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

const Wrong wrongs[] = {
    {"ZeroWidth", "default_link={gen: 5, width: 0}", "default_link.width",
     "expected 1, 2, 4, 8 or 16 lanes, got 0"},
    {"NoSuchGeneration", "default_link={gen: 7}", "default_link.gen", "expected 3, 4, 5 or 6"},
    {"NegativeLatency", "devices[0].request_latency=-1ns", "devices[0, i=0].request_latency",
     "must not be negative"},
    {"NegativeMedia", "devices[0].media.latency=-5ns", "devices[0, i=0].media.latency",
     "must not be negative"},
    {"QueueOfNone", "devices[0].queue=0", "devices[0, i=0].queue", "expected 1 to 65536, got 0"},
    {"QueueOfMillions", "devices[0].queue=4_000_000_000", "devices[0, i=0].queue",
     "expected 1 to 65536"},
    {"IngressOfNone", "switches[0].ingress_queue=0", "switches[0].ingress_queue",
     "expected 1 to 65536, got 0"},
    {"EgressOfNone", "switches[0].egress_queue=0", "switches[0].egress_queue",
     "expected 1 to 65536, got 0"},
    {"LinkQueueOfNone", "default_link={gen: 5, queue: 0}", "default_link.queue",
     "expected 1 to 65536, got 0"},
    {"CreditsOfNone", "default_link={gen: 5, credits: 0}", "default_link.credits",
     "expected 1 to 65536, got 0"},
    {"UnknownProfile", "devices[0].profile=a10000", "devices[0, i=0].profile", "did you mean"},
    {"UnknownPart", "devices[0].media={kind: dram, part: DDR9}", "devices[0, i=0].media.part",
     "did you mean"},
    {"AbsurdLatency", "switches[0].latency=3s", "switches[0].latency", "expected at most 1s"},
    {"AbsurdOutstanding", "hosts[0].outstanding=70_000", "hosts[0].outstanding",
     "expected 0 to 65536"},
    {"NoBandwidth", "devices[0].media.bandwidth=0GB/s", "devices[0, i=0].media.bandwidth",
     "expected 1MB/s to 10TB/s"},
};

INSTANTIATE_TEST_SUITE_P(System, WrongTiming, ::testing::ValuesIn(wrongs),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace cxlpool::testing
