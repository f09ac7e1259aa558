// SPDX-License-Identifier: Apache-2.0
// What holds of any platform whatever its load, from the figures of runs of random ones.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/system/results.h"
#include "tests/unit/timing/packing_bound.h"

namespace cxlpool::testing {
namespace {

using nlohmann::json;
using timing::FlitMode;
using timing::LinkDirection;
using timing::test::Demand;
using timing::test::PackingBound;

/// Hosts over a switch or over root ports of their own, each device in one region of one host with
/// one stream of lines. The generator's output is used raw, so that a seed means the same with
/// every library.
class RandomPlatform {
 public:
  explicit RandomPlatform(std::uint64_t seed) : random_{seed} {
    hosts_ = one_of(1, 4);
    devices_ = std::max(hosts_, one_of(1, 4));
    switched_ = one_of(0, 2) != 0;
    link_ = {one_of(3, 6), 1u << one_of(0, 4)};
    if (link_.generation == 6) link_.flit = FlitMode{static_cast<std::uint8_t>(one_of(1, 2))};
    link_.mdh = link_.generation < 6 && one_of(0, 1) == 0;
    link_.sync_header_bypass = one_of(0, 1) == 0;
    reads_ = one_of(0, 4) * 25;
    text_ = "version: 1\nhosts:\n";
    for (unsigned h = 0; h != hosts_; ++h) {
      text_ += fmt::format(
          "  - {{name: h{}, windows: [{{base: 0x1_0000_0000, size: 4GiB, targets: [hb0]}}], "
          "bridges: [{{name: hb0, root_ports: {}}}]}}\n",
          h, switched_ ? 1 : (devices_ - h + hosts_ - 1) / hosts_);
    }
    if (switched_) add_switch();
    text_ += "devices:\n";
    for (unsigned d = 0; d != devices_; ++d) {
      text_ += fmt::format(
          "  - {{name: mem{}, at: {}, volatile: 256MiB, media: {{latency: {}ns, bandwidth: "
          "{}GB/s}}}}\n",
          d, at(d), one_of(50, 150), one_of(5, 60));
    }
    text_ += "regions:\n";
    for (unsigned d = 0; d != devices_; ++d) {
      text_ += fmt::format("  - {{name: r{0}, host: h{1}, devices: [mem{0}]}}\n", d, d % hosts_);
    }
    const char* flits[] = {"68B", "256B", "256B-lopt"};
    text_ += fmt::format(
        "default_link: {{gen: {}, width: {}, flit: {}, mdh: {}, sync_header_bypass: {}}}\n",
        link_.generation, link_.width, flits[static_cast<unsigned>(link_.flit)], link_.mdh,
        link_.sync_header_bypass);
  }

  /// With a stream to each device: `how` of it.
  template <typename How>
  std::string with_traffic(How how) const {
    std::string text = text_ + "traffic:\n";
    for (unsigned d = 0; d != devices_; ++d) {
      text += fmt::format(
          "  - {{host: h{}, region: r{}, pattern: uniform, sizes: [64], read: {}%, {}}}\n",
          d % hosts_, d, reads_, how(d));
    }
    return text;
  }

  unsigned devices() const { return devices_; }
  const timing::LinkConfig& link() const { return link_; }

  /// The streams whose lines pass the station; none for a station that is not known.
  std::vector<unsigned> streams_at(const std::string& station) const {
    std::vector<unsigned> streams;
    for (unsigned d = 0; d != devices_; ++d) {
      const std::string device = fmt::format("mem{}", d), host = fmt::format("h{}", d % hosts_);
      const auto is = [&](const std::string& start) { return station.rfind(start, 0) == 0; };
      if (is(device + ".") || station.find("-" + device + ".") != std::string::npos ||
          is(host + ".issue") || is(host + ".hb0.rp0-sw0.") ||
          is(fmt::format("sw0.usp{}.", d % hosts_)) || is(fmt::format("sw0.ds{}.", d))) {
        streams.push_back(d);
      }
    }
    return streams;
  }

 private:
  unsigned one_of(unsigned first, unsigned last) {
    return first + static_cast<unsigned>(random_() % (last - first + 1));
  }
  std::string at(unsigned device) const {
    if (switched_) return fmt::format("sw0.ds{}", device);
    return fmt::format("h{}.hb0.rp{}", device % hosts_, device / hosts_);
  }
  void add_switch() {
    std::string up, down;
    for (unsigned h = 0; h != hosts_; ++h) up += fmt::format("{}h{}.hb0.rp0", h ? ", " : "", h);
    for (unsigned d = 0; d != devices_; ++d) {
      down += fmt::format("{}{{name: ds{}, bound_to: h{}.hb0.rp0}}", d ? ", " : "", d, d % hosts_);
    }
    text_ += fmt::format(
        "switches:\n  - {{name: sw0, upstream: [{}], latency: 10ns, arbitration: {}, downstream: "
        "[{}]}}\n",
        up, one_of(0, 1) == 0 ? "fifo" : "round_robin", down);
  }

  std::mt19937_64 random_;
  unsigned hosts_, devices_, reads_;
  bool switched_;
  timing::LinkConfig link_;
  std::string text_;
};

json run_file(const std::string& text, const std::string& mode, const std::string& until = {}) {
  TempDir folder;
  std::vector<std::string> arguments{"run", folder.write("p.yaml", text), "--mode", mode, "--json"};
  if (!until.empty()) arguments.insert(arguments.end(), {"--until", until});
  const Outcome outcome = cxlpool(arguments);
  EXPECT_EQ(outcome.exit_status, 0) << outcome.out << outcome.err << text;
  return json::parse(outcome.out, nullptr, false);
}

double mean_latency(const json& results) {
  double sum = 0, count = 0;
  for (const json& stream : results["traffic"]) {
    const json& all = stream["latency_ps"]["all"];
    sum += all["mean"].get<double>() * all["count"].get<double>();
    count += all["count"].get<double>();
  }
  return sum / count;
}

/// The greatest share of the measured time that a link's messages need by the packing bound.
double busiest_link(const RandomPlatform& platform, const json& results) {
  double most = 0;
  const PackingBound bounds[] = {{platform.link(), LinkDirection::Way::m2s},
                                 {platform.link(), LinkDirection::Way::s2m}};
  for (const json& station : results["stations"]) {
    if (station["kind"] != "transmitter") continue;
    const std::string label = station["station"];
    const PackingBound& bound = bounds[label.find(".s2m") != std::string::npos];
    Demand demand;
    demand.headers = station["bytes"].get<double>() / 64;
    demand.plain = station["messages"].get<double>() - demand.headers;
    demand.chunks = 4 * demand.headers;
    const double share = bound.least_ps(demand) / results["measured"]["length_ps"].get<double>();
    most = std::max(most, share);
  }
  return most;
}

/// Whatever was sent has come out of every station that it went through.
void expect_conserved(const RandomPlatform& platform, const json& results) {
  std::vector<std::uint64_t> reads, writes, requests;
  for (const json& stream : results["traffic"]) {
    EXPECT_EQ(stream["asked"], stream["completed"]);
    EXPECT_EQ(stream["verified"], stream["completed"]);
    EXPECT_EQ(stream["refused"], 0);
    EXPECT_EQ(stream["read_bytes"], stream["reads"].get<std::uint64_t>() * 64);
    EXPECT_EQ(stream["latency_ps"]["all"]["count"], stream["completed"]);
    reads.push_back(stream["read_bytes"]);
    writes.push_back(stream["write_bytes"]);
    requests.push_back(stream["completed"]);
  }
  for (const json& station : results["stations"]) {
    const std::string label = station["station"];
    const bool is_media = station["kind"] == "media";
    // A read's line is in what passes on its way up.
    const bool is_up = label.find(".s2m") != std::string::npos || label.rfind("sw0.ds", 0) == 0;
    const bool goes_up = is_up && label.find(".m2s") == std::string::npos;
    std::uint64_t bytes = 0, messages = 0;
    for (const unsigned stream : platform.streams_at(label)) {
      bytes += is_media ? reads[stream] + writes[stream] : goes_up ? reads[stream] : writes[stream];
      messages += requests[stream];
    }
    EXPECT_GT(messages, 0u) << label << " is on nobody's way";
    EXPECT_EQ(station["messages"], messages) << label;
    EXPECT_EQ(station["bytes"], bytes) << label;
  }
}

class LoadProperties : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(System, LoadProperties, ::testing::Values("lt", "at"),
                         [](const auto& info) { return info.param; });

constexpr unsigned platforms = 14;

/// As much as the platform takes, of every stream.
json saturate(const RandomPlatform& platform, const std::string& mode) {
  return run_file(
      platform.with_traffic([](unsigned) { return "requests: 1_500, outstanding: 64"; }), mode);
}

/// Little's law holds of a window of time but for the accesses that are under way at its ends:
/// less than 1 % of these, of which a window has some thousands.
TEST_P(LoadProperties, ClosedLoopsObeyLittlesLawAndHaveSoManyInFlight) {
  double worst = 0;
  for (unsigned seed = 1; seed <= platforms; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomPlatform platform{seed};
    const unsigned outstanding = 4 + seed % 3 * 14;
    const json results = run_file(platform.with_traffic([&](unsigned) {
      return fmt::format("requests: 1_000_000, outstanding: {}", outstanding);
    }) + "warmup: 5us\n",
                                  GetParam(), "30us");
    for (const json& stream : results["traffic"]) {
      const json& all = stream["latency_ps"]["all"];
      const double in_flight = all["count"].get<double>() * all["mean"].get<double>() /
                               results["measured"]["length_ps"].get<double>();
      EXPECT_NEAR(in_flight / outstanding, 1, 0.01) << stream["region"];
      worst = std::max(worst, std::abs(in_flight / outstanding - 1));
    }
  }
  std::printf("in flight: off by %.2f %% at most\n", 100 * worst);
}

TEST_P(LoadProperties, BytesAreConservedAndNoLinkIsAboveItsPackingBound) {
  double most = 0;
  for (unsigned seed = 1; seed <= platforms; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomPlatform platform{seed};
    const json results = saturate(platform, GetParam());
    expect_conserved(platform, results);
    const double share = busiest_link(platform, results);
    EXPECT_LE(share, 1);
    most = std::max(most, share);
  }
  std::printf("links: %.4f of the bound at most\n", most);
  EXPECT_GT(most, 0.97);  // some are busy enough to tell
}

/// The same random gaps at every load. Where links are wide and load is light, what accesses wait
/// for each other is no more than what they save by joining a flit that is under way: a mean may
/// fall by a thousandth.
TEST_P(LoadProperties, MeanLatencyDoesNotFallAsLoadRises) {
  double fell = 0, rose = 0;
  for (unsigned seed = 1; seed <= platforms; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomPlatform platform{seed};
    const json full = saturate(platform, GetParam());
    double before = 0, first = 0;
    for (const double load : {0.1, 0.3, 0.5, 0.7, 0.9}) {
      const json results = run_file(platform.with_traffic([&](unsigned stream) {
        const double most = full["traffic"][stream]["bandwidth"]["all"];
        return fmt::format("requests: 1_000, injection: open, arrival: poisson, rate: {:.0f}MB/s",
                           std::max(1.0, most * load / 1e6));
      }),
                                    GetParam());
      expect_conserved(platform, results);
      EXPECT_LE(busiest_link(platform, results), 1) << "at load " << load;
      const double mean = mean_latency(results);
      EXPECT_GE(mean, before * 0.999) << "at load " << load;
      if (before > 0) fell = std::max(fell, 1 - mean / before);
      before = mean;
      if (first == 0) first = mean;
    }
    rose = std::max(rose, before / first);
  }
  std::printf("mean latency: fell by %.4f %% at most, rose %.2f times\n", 100 * fell, rose);
  EXPECT_GT(rose, 1.2);
}

}  // namespace
}  // namespace cxlpool::testing
