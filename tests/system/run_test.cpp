// SPDX-License-Identifier: Apache-2.0
// What a run says of itself: its time, its end, and what kept it from being a whole one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/system/run_program.h"

namespace cxlpool::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// One device behind one link of 25 ns, with these top-level keys.
std::string one_device(const std::string& more) {
  return "version: 1\nhosts:\n  - name: h0\n"
         "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
         "    bridges: [{name: hb0, root_ports: 1}]\n"
         "devices: [{name: mem0, at: h0.hb0.rp0, volatile: 1GiB}]\n"
         "regions: [{name: r0, host: h0, window: 0, mode: ram, devices: [mem0]}]\n" +
         more;
}

std::string sequential(int requests) {
  return "traffic: [{host: h0, region: r0, pattern: sequential, requests: " +
         std::to_string(requests) + "}]\n";
}

TEST(Run, LooselyTimedEndsWithTheLastAnswer) {
  TempDir folder;
  const std::string file = folder.write("p.yaml", one_device(sequential(3)));
  const Outcome outcome = cxlpool({"run", file, "--mode", "lt", "--json"});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["simulated_ps"], 3 * 2 * 25'000);
}

TEST(Run, UntilStopsAndSaysSo) {
  TempDir folder;
  const std::string file = folder.write("p.yaml", one_device(sequential(100'000)));
  const Outcome outcome = cxlpool({"run", file, "--mode", "lt", "--until", "1us"});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("STOPPED at 1 us"));
  EXPECT_EQ(cxlpool({"run", file, "--until", "1us"}).exit_status, 2) << "functional has no time";
}

TEST(Run, FailsWhenAHotplugNeverHappened) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml", one_device(sequential(10) +
                           "hotplug: [{device: mem0, action: unplug, after_requests: 1000}]\n"));
  const Outcome outcome = cxlpool({"run", file});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("hotplug[0]: the run ended before 1000 requests"));
}

TEST(Run, FailsWhenADecoderIsNotCommitted) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml", one_device(sequential(10) + "decoders: [{at: mem0, index: 1, base: 0x1_0000_0000, "
                                            "size: 1GiB}]\n"));
  const Outcome outcome = cxlpool({"run", file});
  EXPECT_NE(outcome.exit_status, 0);
  EXPECT_THAT(outcome.out + outcome.err, HasSubstr("decoder 1"));
}

TEST(Run, SaysThatARequestTraceIsNotWritten) {
  TempDir folder;
  const std::string file =
      folder.write("p.yaml", one_device(sequential(10) + "output: {request_trace: r.trace}\n"));
  const Outcome outcome = cxlpool({"run", file});
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_THAT(outcome.err, HasSubstr("r.trace is not written without --out DIR"));
}

TEST(Run, AReplayedRequestTraceGivesEachHostItsOwnRecords) {
  TempDir folder;
  const std::string trace = folder.write("t.csv",
                                         "op,address,size,host\n"
                                         "R,0x100000000,8,0\nW,0x100000040,8,1\n"
                                         "R,0x100000080,8,1\nR,0x1000000c0,8,\n");
  const std::string file =
      folder.write("p.yaml",
                   "version: 1\nhosts:\n  - name: 'h{i}'\n    repeat: 2\n"
                   "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
                   "    bridges: [{name: hb0, root_ports: 1}]\n"
                   "devices: [{name: 'mem{i}', repeat: 2, at: 'h{i}.hb0.rp0', volatile: 1GiB}]\n"
                   "regions: [{name: 'r{i}', repeat: 2, host: 'h{i}', devices: ['mem{i}']}]\n"
                   "traffic: [{host: 'h{i}', repeat: 2, pattern: trace, trace: t.csv}]\n");
  const Outcome outcome = cxlpool({"run", file, "--json"});
  ASSERT_EQ(outcome.exit_status, 0) << outcome.err;
  const json streams = json::parse(outcome.out)["traffic"];
  EXPECT_EQ(streams[0]["asked"], 2);  // its own, and the one that is nobody's
  EXPECT_EQ(streams[1]["asked"], 3);
}

TEST(Run, ExpectedRefusalsCoverTheReadBackOfAPattern) {
  TempDir folder;
  const std::string file = folder.write(
      "p.yaml",
      one_device("traffic: [{host: h0, region: r0, pattern: interleaved, requests: 100}]\n"
                 "hotplug: [{device: mem0, action: unplug, after_requests: 60}]\n"));
  EXPECT_EQ(cxlpool({"run", file}).exit_status, 1);
  const Outcome outcome = cxlpool({"run", file, "--set", "expect_refusals=true"});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.out;
}

TEST(Run, ASeedThatDoesNotFitIsRefused) {
  TempDir folder;
  const std::string file = folder.write("p.yaml", one_device(sequential(10)));
  EXPECT_EQ(cxlpool({"run", file, "--seed", "99999999999999999999999"}).exit_status, 2);
}

}  // namespace
}  // namespace cxlpool::testing
