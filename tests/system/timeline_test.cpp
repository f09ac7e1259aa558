// SPDX-License-Identifier: Apache-2.0
// run --timeline: a file that Perfetto can load, whose slices and counters agree with the run.
#include <algorithm>
#include <cstdlib>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/results.h"

namespace cxlpool::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr const char* traced_platform =
    "version: 1\nhosts:\n  - name: h{i}\n    repeat: 2\n"
    "    windows: [{base: 0x1_0000_0000, size: 1GiB, targets: [hb0]}]\n"
    "    bridges: [{name: hb0, root_ports: 1}]\n"
    "devices:\n  - name: mem{i}\n    repeat: 2\n    at: h{i}.hb0.rp0\n    volatile: 1GiB\n"
    "    media: {latency: 100ns, read_gap: 40ns, write_gap: 40ns}\n"
    "regions:\n  - {name: 'r{i}', repeat: 2, host: 'h{i}', window: 0, mode: ram, devices: "
    "['mem{i}']}\n"
    "traffic:\n  - {repeat: 2, host: 'h{i}', region: 'r{i}', pattern: uniform, read: 60%, sizes: "
    "[64], requests: 700, outstanding: 6}\n";

class Timeline : public ::testing::TestWithParam<const char*> {
 protected:
  std::string run(const std::vector<std::string>& more = {}, const std::string& keys = {}) {
    const std::string file = folder_.write("p.yaml", traced_platform + keys);
    const std::string timeline = folder_.path("t.json");
    std::vector<std::string> arguments{"run",    file,         "--mode", GetParam(),
                                       "--json", "--timeline", timeline};
    arguments.insert(arguments.end(), more.begin(), more.end());
    outcome_ = cxlpool(arguments);
    EXPECT_EQ(outcome_.exit_status, 0) << outcome_.err;
    return read_file(timeline);
  }
  json results() const { return json::parse(outcome_.out, nullptr, false); }

  /// Picoseconds; the file has microseconds with six places.
  static std::uint64_t time(const json& microseconds) {
    return static_cast<std::uint64_t>(microseconds.get<double>() * 1e6 + 0.5);
  }

  TempDir folder_;
  Outcome outcome_;
};
INSTANTIATE_TEST_SUITE_P(System, Timeline, ::testing::Values("lt", "at"),
                         [](const auto& info) { return info.param; });

TEST_P(Timeline, HasEveryRequestOnATrackWhereNothingOverlaps) {
  const json file = json::parse(run());
  std::map<std::pair<int, int>, std::vector<std::pair<std::uint64_t, std::uint64_t>>> tracks;
  std::uint64_t total = 0, latest = 0;
  for (const json& event : file["traceEvents"]) {
    if (event["ph"] != "X") continue;
    const std::uint64_t begin = time(event["ts"]), end = begin + time(event["dur"]);
    tracks[{event["pid"], event["tid"]}].emplace_back(begin, end);
    total += end - begin;
    latest = std::max(latest, end);
    EXPECT_EQ(event["args"]["device"], event["pid"] == 1 ? "mem0" : "mem1");
  }
  std::size_t slices = 0;
  for (auto& [track, spans] : tracks) {
    std::sort(spans.begin(), spans.end());
    for (std::size_t i = 1; i < spans.size(); ++i) {
      EXPECT_LE(spans[i - 1].second, spans[i].first) << track.first << ' ' << track.second;
    }
    slices += spans.size();
  }
  EXPECT_EQ(slices, 1'400u);
  const json ran = results();
  EXPECT_EQ(total, ran["traffic"][0]["latency_ps_total"].get<std::uint64_t>() +
                       ran["traffic"][1]["latency_ps_total"].get<std::uint64_t>());
  EXPECT_LE(latest, ran["simulated_ps"]);
}

TEST_P(Timeline, CountsWhatIsInFlightAndWhatWaits) {
  const json file = json::parse(run());
  std::map<std::string, std::uint64_t> at, value, most;
  double waited = 0;  // message picoseconds
  for (const json& event : file["traceEvents"]) {
    if (event["ph"] != "C") continue;
    const std::string name = event["name"];
    const std::uint64_t now = time(event["ts"]);
    EXPECT_GE(now, at[name]) << name;
    if (name == "mem0.media.waiting") {
      waited += static_cast<double>(value[name]) * static_cast<double>(now - at[name]);
    }
    at[name] = now;
    value[name] = event["args"].begin()->get<std::uint64_t>();
    most[name] = std::max(most[name], value[name]);
  }
  for (const auto& [name, last] : value) EXPECT_EQ(last, 0u) << name;
  EXPECT_EQ(most["h0.in_flight"], 6u);
  EXPECT_EQ(most["h1.in_flight"], 6u);
  const json ran = results();
  for (const json& station : ran["stations"]) {
    if (station["station"] != "mem0.media") continue;
    const double told =
        station["mean_queue"].get<double>() * ran["measured"]["length_ps"].get<double>();
    EXPECT_GT(told, 0);
    EXPECT_NEAR(waited, told, told / 1'000);
  }
}

TEST_P(Timeline, NamesHostsAndTracks) {
  const json file = json::parse(run());
  std::map<int, std::string> processes;
  for (const json& event : file["traceEvents"]) {
    if (event["name"] == "process_name") processes[event["pid"]] = event["args"]["name"];
  }
  EXPECT_EQ(processes, (std::map<int, std::string>{{1, "h0"}, {2, "h1"}, {3, "queues"}}));
}

TEST_P(Timeline, IsBounded) {
  const std::string text = run({"--timeline-requests", "25"});
  const json file = json::parse(text);
  std::size_t slices = 0;
  std::uint64_t last_slice = 0, last_count = 0;
  for (const json& event : file["traceEvents"]) {
    if (event["ph"] == "X") {
      ++slices;
      last_slice = std::max(last_slice, time(event["ts"]) + time(event["dur"]));
    } else if (event["ph"] == "C") {
      last_count = std::max(last_count, time(event["ts"]));
    }
  }
  EXPECT_EQ(slices, 25u);
  EXPECT_LE(last_count, last_slice);
}

TEST_P(Timeline, BeginsAfterTheWarmUp) {
  const json file = json::parse(run({"--set", "warmup=5us"}));
  std::size_t under_way = 0;
  for (const json& event : file["traceEvents"]) {
    under_way += event["name"] == "h0.in_flight" && time(event["ts"]) == 5'000'000 &&
                 event["args"]["requests"] == 6;
  }
  EXPECT_GE(under_way, 1u) << "counters begin with what is in flight by then";
  for (const json& event : file["traceEvents"]) {
    if (event["ph"] == "X") {
      EXPECT_GE(time(event["ts"]) + time(event["dur"]), 5'000'000u);
    } else if (event["ph"] == "C") {
      EXPECT_GE(time(event["ts"]), 5'000'000u);
    }
  }
}

TEST_P(Timeline, RepeatsAndLeavesTheResultsAsTheyAre) {
  const std::string first = run();
  const json with = without_wall(results());
  EXPECT_TRUE(first == run()) << "two timelines of the same run differ";
  const Outcome without = cxlpool({"run", folder_.path("p.yaml"), "--mode", GetParam(), "--json"});
  EXPECT_EQ(with, json(without_wall(json::parse(without.out))));
}

TEST_P(Timeline, GoesWhereThePlatformWantsIt) {
  const std::string file =
      folder_.write("p.yaml", std::string(traced_platform) + "output: {timeline: t.json}\n");
  const std::vector<std::string> arguments{"run", file, "--mode", GetParam()};
  EXPECT_THAT(cxlpool(arguments).err, HasSubstr("t.json is not written without --out DIR"));
  auto with_folder = arguments;
  with_folder.insert(with_folder.end(), {"--out", folder_.path("out")});
  EXPECT_EQ(cxlpool(with_folder).err, "");
  EXPECT_TRUE(json::accept(read_file(folder_.path("out/t.json"))));
}

}  // namespace
}  // namespace cxlpool::testing
