// SPDX-License-Identifier: Apache-2.0
// What explain says of the time of an address is what an access takes that has the fabric to
// itself, in either timed mode, to the picosecond.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/system/run_program.h"

namespace cxlpool::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string hosts =
    "version: 1\nhosts:\n  - name: h0\n"
    "    request_latency: 17.3ns\n    response_latency: 21.9ns\n    outstanding: 8\n"
    "    read_gap: 3ns\n    write_gap: 5ns\n"
    "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
    "    bridges: [{name: hb0, root_ports: 1}]\n"
    "regions: [{name: r0, host: h0, window: 0, mode: ram, devices: [mem0]}]\n";
const std::string direct =
    "devices: [{name: mem0, at: h0.hb0.rp0, volatile: 1GiB, request_latency: 31ns, "
    "response_latency: 33ns, media: ";
const std::string switched =
    "switches:\n"
    "  - {name: top, latency: 10.1ns, upstream: [h0.hb0.rp0], downstream: 2}\n"
    "  - {name: low, latency: 70ns, upstream: [top.ds1], downstream: 1}\n"
    "devices: [{name: mem0, at: low.ds0, volatile: 1GiB, request_latency: 31ns, media: ";
const std::string fixed =
    "{kind: fixed, latency: 55ns, write_latency: 15ns, bandwidth: 60GB/s}}]\n";
const std::string dram = "{kind: dram, part: DDR5-4800BN, channels: 4, page: open}}]\n";

struct TimedPath {
  const char* name;
  std::string platform;
};
void PrintTo(const TimedPath& each, std::ostream* out) { *out << each.name; }

class ExplainTime : public ::testing::TestWithParam<TimedPath> {
 protected:
  TempDir folder_;
  std::string file_ = folder_.write("p.yaml", hosts + GetParam().platform);

  json explain(const std::string& hpa) {
    const Outcome outcome = cxlpool({"explain", file_, "--hpa", hpa, "--time", "--json"});
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, false)["time"];
  }
  /// What one access of 64 B takes with nobody else about.
  json alone(const std::string& mode, const std::string& op, const std::string& hpa) {
    const std::string traffic =
        "traffic: [{host: h0, pattern: trace, trace: t.csv, start: 1234567ps}]\n";
    folder_.write("t.csv", "op,address,size\n" + op + "," + hpa + ",64\n");
    const std::string run = folder_.write("run.yaml", hosts + GetParam().platform + traffic);
    const Outcome outcome = cxlpool({"run", run, "--mode", mode, "--json"});
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err << outcome.out;
    return json::parse(outcome.out, nullptr, false)["traffic"][0]["latency_ps"]["all"]["max"];
  }
};

TEST_P(ExplainTime, IsWhatAnIsolatedAccessTakes) {
  for (const std::string hpa : {"0x100000000", "0x100034740"}) {
    const json time = explain(hpa);
    for (const char* mode : {"lt", "at"}) {
      EXPECT_EQ(alone(mode, "R", hpa), time["read"]["total_ps"]) << mode << ' ' << hpa;
      EXPECT_EQ(alone(mode, "W", hpa), time["write"]["total_ps"]) << mode << ' ' << hpa;
    }
  }
}

TEST_P(ExplainTime, AddsUp) {
  const json time = explain("0x100000000");
  ASSERT_EQ(time.size(), 2u);
  for (const auto& [way, access] : time.items()) {
    std::uint64_t total = 0;
    for (const json& step : access["steps"]) {
      total += step["service_ps"].get<std::uint64_t>() + step["latency_ps"].get<std::uint64_t>();
      EXPECT_EQ(step["total_ps"], total) << way << ' ' << step["station"];
    }
    EXPECT_EQ(access["total_ps"], total) << way;
  }
}

INSTANTIATE_TEST_SUITE_P(
    System, ExplainTime,
    ::testing::Values(
        TimedPath{"ConstantLink", direct + fixed},
        TimedPath{"ConstantLinksAndSwitches", switched + fixed},
        TimedPath{"Gen5", direct + fixed + "default_link: {gen: 5, width: 8}\n"},
        TimedPath{"Gen6Narrow", switched + fixed + "default_link: {gen: 6, width: 2}\n"},
        TimedPath{
            "LatencyOptimised",
            switched + dram + "default_link: {gen: 6, width: 16, flit: 256B-lopt, retimers: 1}\n"},
        TimedPath{"DramBehindGen4", direct + dram + "default_link: {gen: 4, width: 4}\n"}),
    [](const auto& info) { return info.param.name; });

TEST(ExplainTimeOf, AnAddressNamesEveryStationInOrder) {
  TempDir folder;
  const std::string file = folder.write("p.yaml", hosts + switched + fixed);
  const Outcome text = cxlpool({"explain", file, "--hpa", "0x100000000", "--time"});
  EXPECT_EQ(text.exit_status, 0) << text.err;
  std::size_t at = 0;
  for (const char* station :
       {"h0.issue", "h0.hb0.rp0-top.m2s", "top.usp0.ingress", "top.ds1-low.m2s", "low.usp0.ingress",
        "low.ds0-mem0.m2s", "mem0.controller", "mem0.media", "low.ds0-mem0.s2m", "low.ds0.ingress",
        "top.ds1-low.s2m", "top.ds1.ingress", "h0.hb0.rp0-top.s2m", "h0.core"}) {
    at = text.out.find(station, at);
    ASSERT_NE(at, std::string::npos) << station << '\n' << text.out;
  }
}

TEST(ExplainTimeOf, AnAddressThatStopsSaysWhereItStops) {
  TempDir folder;
  const std::string file = folder.write("p.yaml", hosts + direct + fixed);
  const Outcome text = cxlpool({"explain", file, "--hpa", "0x2_0000_0000", "--time"});
  EXPECT_EQ(text.exit_status, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("stops at h0"));
}

TEST(ExplainTimeOf, ADeviceAddressIsRefused) {
  TempDir folder;
  const std::string file = folder.write("p.yaml", hosts + direct + fixed);
  const Outcome outcome = cxlpool({"explain", file, "--device", "mem0", "--dpa", "0", "--time"});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--hpa"));
}

}  // namespace
}  // namespace cxlpool::testing
