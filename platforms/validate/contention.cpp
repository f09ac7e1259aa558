// SPDX-License-Identifier: Apache-2.0
#include "platforms/reader.h"
#include "platforms/validate/tables.h"

namespace cxlpool::validation {
namespace {

using namespace cxlpool::platforms;

constexpr std::uint64_t window_base = 0x1'0000'0000;
constexpr std::uint64_t device_bytes = 1ull << 30;

/// The host's adapter is an x8 port of a switch with two devices below: the victim reads one, the
/// others read the other.
constexpr const char* shared_port = R"(version: 1
hosts:
- name: h0
  windows: [{base: 0x1_0000_0000, size: 2GiB, targets: [hb0]}]
  bridges: [{name: hb0, root_ports: 1}]
  request_latency: 20ns
  response_latency: 20ns
switches:
- {name: sw0, upstream: h0.hb0.rp0, downstream: 2, profile: generic-switch}
devices:
- {name: mem0, at: sw0.ds0, volatile: 1GiB, profile: a1000}
- {name: mem1, at: sw0.ds1, volatile: 1GiB, profile: a1000}
links:
- {between: [h0.hb0.rp0, sw0], width: 8}
regions:
- {name: r0, host: h0, window: 0, mode: ram, devices: [mem0], size: 1GiB}
- {name: r1, host: h0, window: 0, mode: ram, devices: [mem1], size: 1GiB}
)";

/// Chosen so that the idle latency is the published one.
constexpr timing::Picoseconds controller = 54 * timing::ps_per_ns;
/// As many lines in flight as fill the port alone.
constexpr unsigned stream_outstanding = 92;
/// Chosen on the bandwidth that the victim loses: it keeps one part in six.
constexpr unsigned aggressors = 5;

TrafficDescription stream(unsigned device, unsigned outstanding, std::uint64_t requests) {
  TrafficDescription reads;
  reads.host = "h0";
  reads.base = window_base + device * device_bytes;
  reads.size = device_bytes;
  reads.pattern = "sequential";
  reads.requests = requests;
  reads.outstanding = outstanding;
  return reads;
}

Measurement victim(unsigned outstanding, unsigned others) {
  PlatformDescription platform = read_platform_text(shared_port, "contention.yaml");
  for (DeviceDescription& device : platform.devices) {
    device.timing.request_latency = controller / 2;
    device.timing.response_latency = controller / 2;
  }
  const std::uint64_t requests = outstanding == 1 ? 2'000 : 6'000;
  platform.traffic.push_back(stream(0, outstanding, requests));
  if (others != 0) {
    platform.traffic.push_back(stream(1, others * outstanding, others * requests));
  }
  return measure_apart(platform, window_base + device_bytes)[0];
}

}  // namespace

Table contention() {
  Table table{"contention", "Contention behind a shared port", {}, {}, {}};
  table.notes.push_back(
      "The controller's latency is chosen on the idle row, the number of streams in the way on "
      "the bandwidth lost; the victim's latency and its bandwidth alone are predictions.");
  const Measurement idle = victim(1, 0);
  const Measurement alone = victim(stream_outstanding, 0);
  const Measurement crowded = victim(stream_outstanding, aggressors);
  for (const ReferenceRow& row : reference_rows("contention")) {
    const std::string& metric = row.text("metric");
    const double model = metric == "idle_latency"      ? idle.latency
                         : metric == "alone_bandwidth" ? alone.bandwidth
                         : metric == "loaded_latency"
                             ? crowded.latency
                             : 100 * (1 - crowded.bandwidth / alone.bandwidth);
    table.rows.push_back({row.text("name"), row.text("unit"), role_from(row.text("role")),
                          row.number("published"), model, row.text("source"), 0});
  }
  return table;
}

}  // namespace cxlpool::validation
