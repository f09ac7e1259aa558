// SPDX-License-Identifier: Apache-2.0
// The figures of a timed run: what they say where arithmetic can, and of which part of the run they
// are.
#include <algorithm>
#include <cstdio>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/results.h"

namespace cxlpool::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t ns = 1'000;

/// One device behind one link of 25 ns each way, whose media takes 100 ns and, for a write, 60 ns.
const std::string platform =
    "version: 1\nhosts:\n  - name: h0\n"
    "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
    "    bridges: [{name: hb0, root_ports: 1}]\n"
    "devices:\n"
    "  - {name: mem0, at: h0.hb0.rp0, volatile: 1GiB, "
    "media: {latency: 100ns, write_latency: 60ns}}\n"
    "regions: [{name: r0, host: h0, window: 0, mode: ram, devices: [mem0]}]\n";

/// Results of 64 B accesses, so many at once, with more keys.
json run(const std::string& mode, const std::string& traffic, const std::string& more = {}) {
  TempDir folder;
  const std::string file =
      folder.write("p.yaml", platform + "traffic: [{host: h0, region: r0, sizes: [64], " + traffic +
                                 "}]\n" + more);
  const Outcome outcome = cxlpool({"run", file, "--mode", mode, "--json"});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.out << outcome.err;
  json results = json::parse(outcome.out, nullptr, false);
  EXPECT_THAT(schema_violations(results), IsEmpty());
  return results;
}

class Statistics : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(System, Statistics, ::testing::Values("lt", "at"),
                         [](const auto& info) { return info.param; });

TEST_P(Statistics, OfAnIdleFabricAreItsTimes) {
  const json results = run(GetParam(), "pattern: uniform, requests: 400, read: 50%");
  const json& stream = results["traffic"][0];
  const json& reads = stream["latency_ps"]["reads"];
  const json& writes = stream["latency_ps"]["writes"];
  for (const char* figure : {"mean", "min", "p50", "max"}) {
    EXPECT_EQ(reads[figure], 150 * ns) << figure;
    EXPECT_EQ(writes[figure], 110 * ns) << figure;
  }
  EXPECT_EQ(reads["count"], stream["reads"]);
  EXPECT_EQ(writes["count"], stream["writes"]);
  const json& all = stream["latency_ps"]["all"];
  EXPECT_EQ(all["count"], 400);
  EXPECT_EQ(all["min"], 110 * ns);
  EXPECT_EQ(all["max"], 150 * ns);
  EXPECT_EQ(results["measured"]["from_ps"], 0);
  EXPECT_EQ(results["measured"]["length_ps"], results["simulated_ps"]);
}

TEST_P(Statistics, BandwidthIsBytesOverTheMeasurement) {
  const json results = run(GetParam(), "pattern: sequential, requests: 300, outstanding: 3");
  // Three reads of 64 B every 150 ns.
  EXPECT_EQ(results["simulated_ps"], 100 * 150 * ns);
  EXPECT_EQ(results["traffic"][0]["bandwidth"]["reads"], 1'280'000'000);
  EXPECT_EQ(results["traffic"][0]["bandwidth"]["all"], 1'280'000'000);
  EXPECT_EQ(results["traffic"][0]["bandwidth"]["writes"], 0);
  EXPECT_EQ(results["traffic"][0]["latency_ps"]["writes"], json({{"count", 0}}));
}

TEST_P(Statistics, AreOfWhatIsMeasured) {
  // Answers come at 150, 300, 450 ns and so on.
  const std::string traffic = "pattern: sequential, requests: 100";
  const json by_time = run(GetParam(), traffic, "warmup: 1us\nmeasure: 3us\n");
  EXPECT_EQ(by_time["traffic"][0]["completed"], 100);
  EXPECT_EQ(by_time["traffic"][0]["latency_ps"]["all"]["count"], 20);  // 1050 ns to 3900 ns
  EXPECT_EQ(by_time["measured"], json({{"from_ps", 1'000 * ns}, {"length_ps", 3'000 * ns}}));

  const json by_count = run(GetParam(), traffic, "warmup: 10\nmeasure: 30\n");
  EXPECT_EQ(by_count["traffic"][0]["latency_ps"]["all"]["count"], 30);
  EXPECT_EQ(by_count["measured"], json({{"from_ps", 1'500 * ns}, {"length_ps", 4'500 * ns}}));
  EXPECT_EQ(by_count["traffic"][0]["bandwidth"]["all"], 64 * 1'000'000'000'000 / (150 * ns));
}

TEST_P(Statistics, OfAWarmUpThatDoesNotEndAreEmpty) {
  const json results = run(GetParam(), "pattern: sequential, requests: 10", "warmup: 1ms\n");
  EXPECT_EQ(results["traffic"][0]["latency_ps"]["all"], json({{"count", 0}}));
  EXPECT_EQ(results["traffic"][0]["bandwidth"]["all"], 0);
  EXPECT_EQ(results["measured"]["length_ps"], 0);
}

const json& station(const json& results, const std::string& label) {
  for (const json& each : results["stations"]) {
    if (each["station"] == label) return each;
  }
  throw std::runtime_error("no station " + label);
}

TEST_P(Statistics, OfStationsAreOfWhatIsMeasured) {
  const std::string traffic = "pattern: sequential, requests: 100, read: 100%";
  const json all = run(GetParam(), traffic);
  EXPECT_EQ(station(all, "mem0.media")["messages"], 100);
  EXPECT_EQ(station(all, "mem0.media")["kind"], "media");
  EXPECT_EQ(station(all, "h0.hb0.rp0-mem0.m2s")["bytes"], 0);
  EXPECT_EQ(station(all, "h0.hb0.rp0-mem0.s2m")["bytes"], 6'400);
  const json some = run(GetParam(), traffic, "warmup: 10\nmeasure: 30\n");
  EXPECT_EQ(station(some, "mem0.media")["messages"], 30);
}

TEST(StationsOf, AnApproximatelyTimedRunKnowTheBottleneck) {
  // The media begins a read of 64 B every 50 ns; four of them are under way.
  const std::string traffic = "pattern: sequential, requests: 400, read: 100%, outstanding: 4";
  const std::string slow = "devices[mem0].media.read_gap=50ns";
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml", platform + "traffic: [{host: h0, region: r0, sizes: [64], " + traffic + "}]\n");
  const Outcome outcome = cxlpool({"run", file, "--mode", "at", "--json", "--set", slow, "--set",
                                   "warmup=100", "--set", "measure=200"});
  const json results = json::parse(outcome.out, nullptr, false);
  const json& media = station(results, "mem0.media");
  EXPECT_EQ(media["utilisation"], 1.0);
  EXPECT_EQ(media["mean_wait_ps"], 50 * ns);  // 4 x 50 ns of turn, less the 150 ns of the way
  EXPECT_EQ(media["longest_wait_ps"], 50 * ns);
  EXPECT_EQ(media["deepest_queue"], 1);  // the next comes when the one before has begun
  EXPECT_EQ(station(results, "h0.hb0.rp0-mem0.s2m")["utilisation"], 0);
  const Outcome text = cxlpool({"run", file, "--mode", "at", "--set", slow});
  EXPECT_THAT(text.out, HasSubstr("busiest stations"));
}

TEST(StationsOf, ALooselyTimedRunSayNothingOfQueuesThatNobodyStandsIn) {
  const json results = run("lt", "pattern: sequential, requests: 10");
  EXPECT_FALSE(results["stations"][0].contains("blocked_ps"));
  EXPECT_FALSE(results["stations"][0].contains("deepest_queue"));
}

TEST(StatisticsOf, FunctionalRunsAreLeftOut) {
  const json results = run("functional", "pattern: sequential, requests: 10");
  EXPECT_FALSE(results.contains("measured"));
  EXPECT_FALSE(results.contains("stations"));
  EXPECT_FALSE(results["traffic"][0].contains("latency_ps"));
  EXPECT_FALSE(results["traffic"][0].contains("bandwidth"));
}

/// A platform whose device has two channels of DRAM behind a real link, loaded, but not to the
/// full.
json run_dram(const std::string& mode, const std::string& traffic) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml",
      "version: 1\nhosts:\n  - name: h0\n"
      "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
      "    bridges: [{name: hb0, root_ports: 1}]\n"
      "devices: [{name: mem0, at: h0.hb0.rp0, volatile: 1GiB, media: {kind: dram, part: "
      "DDR5-4800BN, channels: 2, page: open}}]\n"
      "regions: [{name: r0, host: h0, window: 0, mode: ram, devices: [mem0]}]\n"
      "default_link: {gen: 5, width: 8}\nwarmup: 500\n"
      "traffic: [{host: h0, region: r0, sizes: [64], " +
          traffic + "}]\n");
  const Outcome outcome = cxlpool({"run", file, "--mode", mode, "--json"});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.out << outcome.err;
  json results = json::parse(outcome.out, nullptr, false);
  EXPECT_THAT(schema_violations(results), IsEmpty());
  return results;
}

std::uint64_t sum(const json& counts) {
  std::uint64_t sum = 0;
  for (const json& count : counts) sum += count.get<std::uint64_t>();
  return sum;
}

TEST_P(Statistics, OfBanksAddUpToTheirChannels) {
  const json results =
      run_dram(GetParam(), "pattern: uniform, requests: 6_000, read: 70%, outstanding: 16");
  std::uint64_t lines = 0;
  for (const std::string label : {"mem0.channel0", "mem0.channel1"}) {
    const json& channel = station(results, label);
    const json& banks = channel["banks"];
    EXPECT_EQ(banks["row_hits"].size(), 32u) << label;
    EXPECT_EQ(sum(banks["row_hits"]) + sum(banks["row_misses"]) + sum(banks["row_conflicts"]),
              channel["messages"]);
    EXPECT_EQ(channel["bytes"], channel["messages"].get<std::uint64_t>() * 64);
    EXPECT_GT(channel["utilisation"], 0);
    for (const json& share : banks["utilisation"]) EXPECT_GT(share, 0) << label;
    lines += channel["messages"].get<std::uint64_t>();
  }
  EXPECT_NEAR(static_cast<double>(lines), 5'500, 32) << "but for those under way at the ends";
}

TEST_P(Statistics, KnowRowsThatStayOpenFromRowsThatDoNot) {
  const auto hits = [](const json& results) {
    const json& banks = station(results, "mem0.channel0")["banks"];
    const auto hits = static_cast<double>(sum(banks["row_hits"]));
    return hits /
           (hits + static_cast<double>(sum(banks["row_misses"]) + sum(banks["row_conflicts"])));
  };
  const std::string load = ", requests: 6_000, outstanding: 4";
  EXPECT_GT(hits(run_dram(GetParam(), "pattern: sequential" + load)), 0.9);
  EXPECT_LT(hits(run_dram(GetParam(), "pattern: uniform" + load)), 0.1);
}

/// Little's law: requests in flight are their rate times their latency. A closed loop without
/// delay always has as many as it may.
TEST_P(Statistics, ObeyLittlesLaw) {
  const json results = run_dram(GetParam(), "pattern: uniform, requests: 8_000, outstanding: 24");
  const json& all = results["traffic"][0]["latency_ps"]["all"];
  const double in_flight = all["count"].get<double>() * all["mean"].get<double>() /
                           results["measured"]["length_ps"].get<double>();
  EXPECT_NEAR(in_flight, 24, 0.24);
  for (const json& each : results["stations"]) {
    const double waited = each["messages"].get<double>() * each["mean_wait_ps"].get<double>();
    const double length = results["measured"]["length_ps"].get<double>();
    EXPECT_NEAR(each["mean_queue"].get<double>(), waited / length, 1e-2) << each["station"];
    EXPECT_LE(each["mean_wait_ps"], each["longest_wait_ps"]) << each["station"];
  }
}

TEST_P(Statistics, OfAHostAreOfAllItsStreams) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml", platform +
                    "traffic:\n"
                    "  - {host: h0, region: r0, pattern: uniform, sizes: [64], requests: 300}\n"
                    "  - {host: h0, region: r0, pattern: uniform, sizes: [256], requests: 500, "
                    "read: 0%}\n");
  const Outcome outcome = cxlpool({"run", file, "--mode", GetParam(), "--json"});
  const json results = json::parse(outcome.out, nullptr, false);
  EXPECT_THAT(schema_violations(results), IsEmpty());
  const json& host = results["hosts"][0];
  EXPECT_EQ(host["host"], "h0");
  EXPECT_EQ(host["latency_ps"]["all"]["count"], 800);
  EXPECT_EQ(host["latency_ps"]["reads"]["count"], 300);
  EXPECT_EQ(host["latency_ps"]["writes"]["count"], 500);
  const auto bytes = static_cast<double>(300 * 64 + 500 * 256);
  EXPECT_NEAR(host["bandwidth"]["all"].get<double>(),
              bytes * 1e12 / results["measured"]["length_ps"].get<double>(), 1);
}

TEST_P(Statistics, SayHowWellTheMeanIsKnown) {
  const std::string traffic = "pattern: uniform, outstanding: 8, requests: ";
  const json many = run_dram(GetParam(), traffic + "9_000");
  const json& all = many["traffic"][0]["latency_ps"]["all"];
  EXPECT_GT(all["mean_ci95"], 0);
  EXPECT_LT(all["mean_ci95"].get<double>(), all["mean"].get<double>() / 10);
  const json more = run_dram(GetParam(), traffic + "40_000");
  EXPECT_LT(more["traffic"][0]["latency_ps"]["all"]["mean_ci95"], all["mean_ci95"]);
  const json few = run_dram(GetParam(), traffic + "1_000");  // 500 of them in the warm-up
  EXPECT_FALSE(few["traffic"][0]["latency_ps"]["all"].contains("mean_ci95"));
  EXPECT_FALSE(many["hosts"][0]["latency_ps"]["all"].contains("mean_ci95"));
}

/// The figures are those of the request trace's own times.
TEST_P(Statistics, AreThoseOfTheRequestTrace) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml", platform +
                    "traffic: [{host: h0, region: r0, pattern: uniform, sizes: [64], read: "
                    "100%, requests: 500, outstanding: 8}]\nwarmup: 2us\nmeasure: 5us\n"
                    "output: {request_trace: r.trace}\n");
  const Outcome outcome =
      cxlpool({"run", file, "--mode", GetParam(), "--json", "--out", folder.path("out"), "--set",
               "devices[mem0].media.read_gap=30ns"});
  ASSERT_EQ(outcome.exit_status, 0) << outcome.err;
  const Outcome csv = cxlpool({"trace", folder.path("out/r.trace")});
  ASSERT_EQ(csv.exit_status, 0) << csv.err;
  std::istringstream lines(csv.out);
  std::string line;
  std::getline(lines, line);
  EXPECT_THAT(line, ::testing::EndsWith(",issued_ps,answered_ps"));
  std::uint64_t count = 0, sum = 0, least = UINT64_MAX, most = 0;
  while (std::getline(lines, line)) {
    const std::size_t last = line.rfind(',');
    const std::uint64_t answered = std::stoull(line.substr(last + 1));
    const std::uint64_t issued = std::stoull(line.substr(line.rfind(',', last - 1) + 1));
    if (answered < 2'000 * ns || answered >= 7'000 * ns) continue;
    ++count;
    sum += answered - issued;
    least = std::min(least, answered - issued);
    most = std::max(most, answered - issued);
  }
  const json results = json::parse(outcome.out);
  const json& all = results["traffic"][0]["latency_ps"]["all"];
  EXPECT_GT(count, 100u);
  EXPECT_EQ(all["count"], count);
  EXPECT_EQ(all["mean"], (sum + count / 2) / count);
  EXPECT_EQ(all["min"], least);
  EXPECT_EQ(all["max"], most);
}

TEST_P(Statistics, StandInTheSummary) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml", platform +
                    "traffic: [{host: h0, region: r0, pattern: sequential, sizes: [64], "
                    "requests: 300}]\nwarmup: 100\n");
  const Outcome outcome = cxlpool({"run", file, "--mode", GetParam()});
  EXPECT_THAT(outcome.out, HasSubstr("latency in ns"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("DRAM")));
  EXPECT_THAT(outcome.out, HasSubstr("150.0"));
  EXPECT_THAT(outcome.out, HasSubstr("426.67 MB/s")) << "of 64 B in 150 ns";
  EXPECT_THAT(outcome.out, HasSubstr("measured from 15 us to 45 us"));
  const Outcome functional = cxlpool({"run", file});
  EXPECT_THAT(functional.out, Not(HasSubstr("latency in ns")));
}

std::string warnings_of(const std::string& mode, const std::string& traffic,
                        const std::string& more = {}) {
  return run(mode, traffic, more)["warnings"].dump();
}

TEST(ProvenRange, IsNotLeftByALightLoad) {
  EXPECT_EQ(warnings_of("lt", "pattern: uniform, requests: 400"), "[]");
  EXPECT_EQ(warnings_of("functional", "pattern: uniform, requests: 400", "quantum: 10us\n"), "[]");
}

/// A quantum is leave to run ahead of the kernel, not of each other.
TEST(ProvenRange, IsTheSameWhateverTheQuantum) {
  const auto outcome = [](const std::string& quantum) {
    const std::string stream =
        "pattern: uniform, requests: 4_000, read: 67%, injection: open, rate: 4GB/s, arrival: "
        "poisson";
    json results = run(
        "lt", stream + "}, {host: h0, region: r0, sizes: [64], " + stream,
        "default_link: {gen: 4, width: 8, credits: 4096, queue: 4096}\nquantum: " + quantum + "\n");
    EXPECT_GT(results["hosts"][0]["latency_ps"]["all"]["p99"], 0);
    for (const char* key : {"platform", "wall_seconds"}) EXPECT_EQ(results.erase(key), 1u);
    return results.dump();
  };
  const std::string of_1us = outcome("1us");
  for (const char* quantum : {"1ns", "100ns", "10us", "1ms"}) {
    EXPECT_EQ(outcome(quantum), of_1us) << quantum;
  }
}

/// Nor does what is counted up to a stop, which is what was answered before it.
TEST_P(Statistics, UpToAStopAreOfWhatWasAnsweredBefore) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml", platform +
                    "traffic: [{host: h0, region: r0, sizes: [64], pattern: uniform, requests: "
                    "3_000, read: 67%, outstanding: 8}]\n");
  std::string of_1us;
  for (const char* quantum : {"1us", "1ns", "137ns", "1ms"}) {
    const Outcome outcome = cxlpool({"run", file, "--mode", GetParam(), "--json", "--until", "2us",
                                     "--set", std::string("quantum=") + quantum});
    ASSERT_EQ(outcome.exit_status, 0) << outcome.err;
    json results = json::parse(outcome.out);
    const json& stream = results["traffic"][0];
    EXPECT_GT(stream["completed"], 50);
    EXPECT_LT(stream["completed"], stream["asked"]);
    EXPECT_EQ(stream["completed"], stream["latency_ps"]["all"]["count"]);
    EXPECT_EQ(stream["completed"], stream["verified"]);
    for (const char* key : {"platform", "wall_seconds"}) EXPECT_EQ(results.erase(key), 1u);
    if (of_1us.empty()) of_1us = results.dump();
    EXPECT_EQ(results.dump(), of_1us) << quantum;
  }
}

/// What comes back late from one device is booked far ahead of what others bring.
TEST(ProvenRange, HoldsForAFastDeviceBesideASlowOne) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml",
      "version: 1\nwarmup: 20us\ndefault_link: {gen: 5, width: 8, queue: 4096, credits: 4096}\n"
      "hosts:\n  - {name: h0, windows: [{base: 0x1_0000_0000, size: 2GiB, targets: [hb0]}], "
      "bridges: [{name: hb0, root_ports: 1}]}\n"
      "switches: [{name: sw, upstream: h0.hb0.rp0, downstream: 2, latency: 10ns}]\n"
      "devices:\n  - {name: fast, at: sw.ds0, volatile: 1GiB, media: {latency: 100ns}}\n"
      "  - {name: slow, at: sw.ds1, volatile: 1GiB, media: {latency: 10us}}\n"
      "regions: [{name: r0, host: h0, devices: [fast]}, {name: r1, host: h0, devices: [slow]}]\n"
      "traffic:\n  - {host: h0, region: r0, pattern: uniform, requests: 2_000, injection: open, "
      "gap: 50ns}\n"
      "  - {host: h0, region: r1, pattern: uniform, requests: 500, injection: open, gap: 200ns}\n");
  const auto of_fast = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"run", file, "--json"});
    const Outcome outcome = cxlpool(options);
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
    return json::parse(outcome.out)["traffic"][0]["latency_ps"]["all"]["mean"].get<double>();
  };
  const double exact = of_fast({"--mode", "at"});
  for (const char* quantum : {"1ns", "1us", "1ms"}) {
    const double loose = of_fast({"--mode", "lt", "--set", std::string("quantum=") + quantum});
    EXPECT_NEAR(loose / exact, 1, 0.01) << quantum;
  }
  const Outcome slower = cxlpool(
      {"run", file, "--json", "--mode", "lt", "--set", "devices[slow].media={latency: 100us}"});
  EXPECT_THAT(slower.out, HasSubstr("an access may take up to 100."));
}

TEST_P(Statistics, AStopAtTheLastAnswerIsNoFailure) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml", platform +
                    "traffic: [{host: h0, region: r0, sizes: [64], pattern: uniform, requests: "
                    "300, outstanding: 4}, {host: h0, region: r0, sizes: [64], "
                    "pattern: uniform, requests: 10, injection: open, gap: 70ns}]\n");
  const auto run_until = [&](const std::vector<std::string>& until) {
    std::vector<std::string> arguments = {"run", file, "--mode", GetParam(), "--json"};
    arguments.insert(arguments.end(), until.begin(), until.end());
    const Outcome outcome = cxlpool(arguments);
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err << outcome.out;
    return json::parse(outcome.out);
  };
  const auto end = run_until({})["simulated_ps"].get<std::uint64_t>();
  for (const std::uint64_t until : {end - 1, end, end + 1}) {
    const json results = run_until({"--until", std::to_string(until) + "ps"});
    const auto completed = results["traffic"][0]["completed"].get<unsigned>();
    EXPECT_EQ(completed == 300, until > end) << until << " of " << end;
    EXPECT_EQ(results["traffic"][0]["finished"], until > end);
    EXPECT_EQ(results["traffic"][1]["completed"], 10);
  }
}

TEST_P(Statistics, ARunThatLastsTooLongEndsWithAnError) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml",
      "version: 1\nhosts:\n  - {name: h0, request_latency: 1s, response_latency: 1s, windows: "
      "[{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}], bridges: [{name: hb0, root_ports: "
      "1}]}\n"
      "devices: [{name: mem0, at: h0.hb0.rp0, volatile: 1GiB, request_latency: 1s, "
      "response_latency: 1s, media: {latency: 1s}}]\n"
      "regions: [{name: r0, host: h0, devices: [mem0]}]\nlink_latency: 1s\n"
      "traffic: [{host: h0, base: 0x1_0000_0000, size: 64KiB, pattern: uniform, requests: "
      "1_600_000, delay: 1s}]\n");
  const Outcome outcome = cxlpool({"run", file, "--mode", GetParam(), "--quiet"});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("simulated time has passed 106 days"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("E549")));
}

/// Sixteen streams on eight devices behind a switch, which meet on the narrowest link.
TEST(ProvenRange, HoldsForTheTailWhereStreamsMeet) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml",
      "version: 1\nquantum: 1us\nwarmup: 2_000\n"
      "default_link: {gen: 5, width: 16, queue: 4096, credits: 4096}\n"
      "hosts:\n  - name: h0\n"
      "    windows: [{base: 0x1_0000_0000, size: 2GiB, targets: [hb0]}]\n"
      "    bridges: [{name: hb0, root_ports: 1}]\n"
      "switches:\n  - {name: sw, upstream: [h0.hb0.rp0], latency: 25ns, arbitration: fifo,\n"
      "     ingress_queue: 4096, egress_queue: 4096, downstream: 8}\n"
      "links: [{between: [h0.hb0.rp0, sw], gen: 5, width: 8, queue: 4096, credits: 4096}]\n"
      "devices:\n  - {name: 'mem{i}', repeat: 8, at: 'sw.ds{i}', volatile: 256MiB, queue: 4096, "
      "media: {latency: 80ns}}\n"
      "regions: [{name: r0, host: h0, granularity: 256, devices: [mem0, mem1, mem2, mem3, mem4, "
      "mem5, mem6, mem7]}]\n"
      "traffic:\n  - {repeat: 16, host: h0, region: r0, pattern: uniform, read: 67%, "
      "requests: 3_000, injection: open, arrival: poisson, rate: 1.4GB/s}\n");
  const auto outcome = [&](const std::string& mode) {
    const Outcome outcome = cxlpool({"run", file, "--mode", mode, "--json"});
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, false);
  };
  const json loose = outcome("lt"), exact = outcome("at");
  double busiest = 0;
  for (const json& station : exact["stations"]) {
    busiest = std::max(busiest, station["utilisation"].get<double>());
  }
  EXPECT_GT(busiest, 0.65);
  EXPECT_LE(busiest, 0.7);
  EXPECT_EQ(loose["warnings"].dump(), "[]");
  const auto ratio = [&](const char* what) {
    const auto of = [&](const json& run) {
      return run["hosts"][0]["latency_ps"]["all"][what].get<double>();
    };
    return of(loose) / of(exact);
  };
  EXPECT_NEAR(ratio("mean"), 1, 0.01);
  EXPECT_NEAR(ratio("p99"), 1, 0.05);
}

TEST(ProvenRange, IsLeftByASwitchThatDoesNotServeInOrder) {
  TempDir folder;
  const auto warnings = [&](const std::string& arbitration) {
    const Outcome outcome = cxlpool({"run", CXLPOOL_CATALOG "/two-hosts.yaml", "--mode", "lt",
                                     "--json", "--set", "switches[0].arbitration=" + arbitration});
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
    return json::parse(outcome.out)["warnings"].dump();
  };
  EXPECT_THAT(warnings("priority"), HasSubstr("top arbitrates by priority"));
  EXPECT_EQ(warnings("round_robin"), "[]");
}

/// The way through the media of 100 ns alone holds 12.5 places of the queue behind it at 8 GB/s.
TEST(ProvenRange, IsLeftByQueuesThatWouldHaveBeenFull) {
  const std::string traffic =
      "pattern: uniform, requests: 4_000, read: 100%, injection: open, rate: 8GB/s, arrival: "
      "poisson";
  const auto link = [](unsigned queue, unsigned credits) {
    return "default_link: {gen: 5, width: 8, queue: " + std::to_string(queue) +
           ", credits: " + std::to_string(credits) + "}\n";
  };
  const auto time = [](const json& results) { return results["simulated_ps"].get<double>(); };
  EXPECT_EQ(warnings_of("lt", traffic, link(32, 64)), "[]");
  EXPECT_EQ(warnings_of("at", traffic, link(8, 64)), "[]");

  const json short_queue = run("lt", traffic, link(8, 64));
  EXPECT_THAT(short_queue["warnings"].dump(),
              HasSubstr("the queue of h0.hb0.rp0-mem0.s2m has 8 places, and 12."));
  EXPECT_THAT(short_queue["warnings"].dump(),
              HasSubstr("what went through is up to 1.5 times what it can be"));
  EXPECT_NEAR(time(run("at", traffic, link(8, 64))) / time(short_queue), 1.5, 0.1);

  const std::string few_credits = warnings_of("lt", traffic, link(32, 4));
  EXPECT_THAT(few_credits, HasSubstr("the queue of mem0.controller has 4 places"));
  EXPECT_THAT(few_credits, HasSubstr("with independent arrivals it is full at times"));
}

/// As many as the queue holds are all that there are.
TEST(ProvenRange, IsNotLeftByClosedLoopsThatFitTheQueues) {
  const std::string link = "default_link: {gen: 5, width: 8, queue: 24, credits: 24}\n";
  const std::string loop = "pattern: uniform, requests: 4_000, outstanding: ";
  EXPECT_THAT(warnings_of("lt", loop + "24", link), Not(HasSubstr("the queue of")));
  EXPECT_THAT(warnings_of("lt", loop + "48", link), HasSubstr("has 24 places"));
}

TEST(ProvenRange, IsLeftByABusyLink) {
  const std::string traffic = "pattern: uniform, requests: 4_000, outstanding: 64";
  const std::string link = "default_link: {gen: 3, width: 1}\n";
  EXPECT_THAT(warnings_of("lt", traffic, link), HasSubstr("h0.hb0.rp0-mem0"));
  EXPECT_EQ(warnings_of("at", traffic, link), "[]");
}

TEST_P(Statistics, OfEveryIntervalAddUpToThoseOfTheRun) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml",
      platform +
          "traffic: [{host: h0, region: r0, pattern: uniform, requests: 3_000, read: 60%, "
          "outstanding: 4}]\noutput: {time_series: 3us}\n");
  const std::string out = folder.path("out");
  const Outcome outcome = cxlpool({"run", file, "--mode", GetParam(), "--json", "--out", out});
  ASSERT_EQ(outcome.exit_status, 0) << outcome.err;
  const json stream = json::parse(outcome.out)["traffic"][0];
  std::istringstream lines(read_file(out + "/time_series.csv"));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line,
            "from_ps,host,completed,refused,read_bytes,write_bytes,mean_latency_ps,max_latency_ps");
  std::uint64_t count = 0, completed = 0, read_bytes = 0, write_bytes = 0, last = 0;
  for (; std::getline(lines, line); ++count) {
    unsigned long long from = 0, done = 0, refused = 0, reads = 0, writes = 0, mean = 0, most = 0;
    ASSERT_EQ(std::sscanf(line.c_str(), "%llu,h0,%llu,%llu,%llu,%llu,%llu,%llu", &from, &done,
                          &refused, &reads, &writes, &mean, &most),
              7)
        << line;
    EXPECT_EQ(from, count * 3'000 * ns);
    EXPECT_LE(mean, most);
    completed += done;
    read_bytes += reads;
    write_bytes += writes;
    last = from;
  }
  EXPECT_EQ(completed, stream["completed"]);
  EXPECT_EQ(read_bytes, stream["read_bytes"]);
  EXPECT_EQ(write_bytes, stream["write_bytes"]);
  EXPECT_LE(last, json::parse(outcome.out)["simulated_ps"].get<std::uint64_t>());
}

TEST(TimeSeries, HasABoundedNumberOfIntervals) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml", platform +
                    "traffic: [{host: h0, region: r0, pattern: uniform, requests: 3_000}]\n"
                    "output: {time_series: 1ns}\n");
  const std::string out = folder.path("out");
  ASSERT_EQ(cxlpool({"run", file, "--mode", "at", "--quiet", "--out", out}).exit_status, 0);
  const std::string text = read_file(out + "/time_series.csv");
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  EXPECT_GT(lines, 30'000u);
  EXPECT_LE(lines, 65'537u);
}

TEST(TimeSeries, ThatIsNotWrittenIsSaidToBe) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml", platform +
                    "traffic: [{host: h0, region: r0, pattern: uniform, requests: 10}]\n"
                    "output: {time_series: 1us}\n");
  EXPECT_THAT(cxlpool({"run", file, "--mode", "at"}).err, HasSubstr("without --out DIR"));
  EXPECT_THAT(cxlpool({"run", file, "--out", folder.path("out")}).err,
              HasSubstr("in functional mode"));
}

}  // namespace
}  // namespace cxlpool::testing
