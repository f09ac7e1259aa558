// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include <fmt/format.h>

#include "platforms/reader.h"
#include "platforms/validate/tables.h"

namespace cxlpool::validation {
namespace {

using namespace cxlpool::platforms;

constexpr std::uint64_t window_base = 0x1'0000'0000;
constexpr std::uint64_t contended_bytes = 256ull << 20;

/// A host whose x8 ports each lead through a switch to a device; one region over all of them.
std::string text_of(unsigned ports) {
  std::string text = fmt::format(
      "version: 1\n"
      "hosts:\n"
      "- name: h0\n"
      "  windows: [{{base: 0x{:x}, size: {}B, targets: [hb0]}}]\n"
      "  bridges: [{{name: hb0, root_ports: {}}}]\n"
      "  request_latency: 20ns\n"
      "  response_latency: 20ns\n"
      "switches:\n",
      window_base, ports * contended_bytes, ports);
  for (unsigned i = 0; i < ports; ++i) {
    text += fmt::format(
        "- {{name: sw{}, upstream: h0.hb0.rp{}, downstream: 1, profile: generic-switch}}\n", i, i);
  }
  text += "devices:\n";
  for (unsigned i = 0; i < ports; ++i) {
    text += fmt::format("- {{name: mem{}, at: sw{}.ds0, volatile: {}B, profile: a1000}}\n", i, i,
                        contended_bytes);
  }
  // 47.2 GB/s through two x8 ports are what is left with sync headers, not without.
  text += "links:\n";
  for (unsigned i = 0; i < ports; ++i) {
    text += fmt::format("- {{between: [h0.hb0.rp{}, sw{}], width: 8, sync_header_bypass: false}}\n",
                        i, i);
  }
  text += "regions: [{name: r0, host: h0, window: 0, mode: ram, devices: [mem0";
  for (unsigned i = 1; i < ports; ++i) text += fmt::format(", mem{}", i);
  return text + "]}]\n";
}

PlatformDescription make_switched(unsigned ports) {
  /// Chosen so that the idle latency is the published one; CXL-DMSim has 15 ns for its ASIC too.
  constexpr timing::Picoseconds controller = 15 * timing::ps_per_ns;
  PlatformDescription platform = read_platform_text(text_of(ports), "contention.yaml");
  for (DeviceDescription& device : platform.devices) {
    device.timing.request_latency = controller / 2;
    device.timing.response_latency = controller / 2;
  }
  return platform;
}

TrafficDescription stream(std::uint64_t from, std::uint64_t size, unsigned outstanding,
                          std::uint64_t requests) {
  TrafficDescription reads;
  reads.host = "h0";
  reads.base = from;
  reads.size = size;
  reads.pattern = "sequential";
  reads.requests = requests;
  reads.outstanding = outstanding;
  return reads;
}

/// A core that reads in sequence has as many lines under way.
constexpr unsigned core_lines = 48;
/// Enough for 21.9 GB/s alone.
constexpr unsigned victim_cores = 2;
/// Chosen on the bandwidth that the victim loses: it keeps one part in six.
constexpr unsigned other_cores = 10;

/// The victim's, with so many lines of its own and of others in flight.
Measurement victim(unsigned lines, unsigned others) {
  PlatformDescription platform = make_switched(1);
  constexpr std::uint64_t half = contended_bytes / 2;
  constexpr std::uint64_t requests = 6'000;
  platform.traffic.push_back(stream(window_base, half, lines, requests));
  if (others != 0) {
    // They outlast the victim.
    const std::uint64_t more = 3 * requests * others / lines / 2;
    platform.traffic.push_back(stream(window_base + half, half, others, more));
  }
  return measure_apart(platform, window_base + half)[0];
}

Measurement idle() {
  PlatformDescription platform = make_switched(1);
  TrafficDescription reads = stream(window_base, contended_bytes, 1, 4'000);
  reads.pattern = "uniform";
  reads.injection.kind = Injection::paced;
  reads.injection.arrival = Arrival::poisson;
  reads.injection.pace.bytes_per_second = 64'000'000;
  platform.traffic.push_back(reads);
  return measure_apart(platform, UINT64_MAX)[0];
}

Measurement two_ports() {
  PlatformDescription platform = make_switched(2);
  platform.traffic.push_back(stream(window_base, 2 * contended_bytes, 640, 30'000));
  return measure_apart(platform, UINT64_MAX)[0];
}

}  // namespace

Table contention() {
  Table table{"contention", "Contention behind a shared port", {}, {}, {}};
  table.notes.push_back(
      "A host, an x8 port of a switch and a device behind it. The controller's latency is chosen "
      "on the idle row, the number of other cores on the bandwidth that the victim loses, sync "
      "headers on the two ports; what one port carries is a prediction. The saturated victim's "
      "latency follows from the bandwidth that it loses. Aim: 20 %.");
  const Measurement alone = victim(victim_cores * core_lines, 0);
  const Measurement crowded = victim(victim_cores * core_lines, other_cores * core_lines);
  const auto model = [&](const std::string& metric) {
    if (metric == "idle_latency") return idle().latency;
    if (metric == "two_ports") return two_ports().bandwidth;
    if (metric == "alone_bandwidth") return alone.bandwidth;
    if (metric == "loaded_latency") return crowded.latency;
    if (metric == "bandwidth_lost") return 100 * (1 - crowded.bandwidth / alone.bandwidth);
    throw std::logic_error("contention has no figure named " + metric);
  };
  for (const ReferenceRow& row : reference_rows("contention")) {
    table.rows.push_back(row_of(row, row.text("unit"), model(row.text("metric")), 20));
  }
  return table;
}

}  // namespace cxlpool::validation
