// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "platforms/profiles.h"
#include "platforms/reader.h"
#include "platforms/validate/bench.h"

namespace cxlpool::validation {
namespace {

using namespace cxlpool::platforms;

/// Many rows in every bank, and few enough pages that the host need not fetch new ones all the
/// time.
constexpr std::uint64_t device_bytes = 256ull << 20;
constexpr std::uint64_t base = 0x1'0000'0000;

Profile read_profile_named(const std::string& name) {
  for (const ProfileDocument& document : profile_documents()) {
    if (document.name == name) return read_profile(document);
  }
  throw std::invalid_argument("no profile is named " + name);
}

/// As a platform file, so that profiles, defaults and checks are those of every other platform.
/// Three ways can only be at the root, and a bridge has eight targets at most: 3, 6 and 12 devices
/// are below three bridges, 16 below two.
std::string text_of(const Bench& bench) {
  const Profile profile = read_profile_named(bench.profile);
  const unsigned bridges = bench.devices % 3 == 0 ? 3 : bench.devices > 8 ? 2 : 1;
  const unsigned below_each = bench.devices / bridges;
  const bool own_switch = bench.switch_profile.empty() && profile.switch_timing;
  const bool switched = own_switch || !bench.switch_profile.empty();
  std::string targets, roots, switches, devices, names;
  for (unsigned i = 0; i < bridges; ++i) {
    const char* const comma = i ? ", " : "";
    targets += fmt::format("{}hb{}", comma, i);
    roots += fmt::format("{}{{name: hb{}, root_ports: {}}}", comma, i, switched ? 1 : below_each);
    switches +=
        fmt::format("- {{name: sw{}, upstream: h0.hb{}.rp0, downstream: {}, profile: {}}}\n", i, i,
                    below_each, own_switch ? bench.profile : bench.switch_profile);
  }
  for (unsigned i = 0; i < bench.devices; ++i) {
    const std::string above = switched ? fmt::format("sw{}.ds{}", i % bridges, i / bridges)
                                       : fmt::format("h0.hb{}.rp{}", i % bridges, i / bridges);
    devices += fmt::format("- {{name: mem{}, at: {}, volatile: {}B, profile: {}}}\n", i, above,
                           device_bytes, bench.profile);
    names += fmt::format("{}mem{}", i ? ", " : "", i);
  }
  return fmt::format(
      "version: 1\n"
      "hosts: [{{name: h0, windows: [{{base: 0x{:x}, size: {}B, targets: [{}], granularity: "
      "256B}}], "
      "bridges: [{}]{}}}]\n{}devices:\n{}"
      "regions: [{{name: r0, host: h0, window: 0, mode: ram, devices: [{}]}}]\n",
      base, device_bytes * bench.devices, targets, roots,
      profile.host ? ", profile: " + bench.profile : "", switched ? "switches:\n" + switches : "",
      devices, names);
}

void make_media_fast(PlatformDescription& platform) {
  for (DeviceDescription& device : platform.devices) {
    device.timing = DeviceTimingDescription{};
    device.timing.queue = 4'096;
    device.timing.media.latency = 10 * timing::ps_per_ns;
  }
  for (LinkDescription& link : platform.links) {
    if (!link.physical) continue;
    link.physical->queue = 4'096;
    link.physical->credits = 4'096;
  }
}

/// What the measuring threads have for themselves, at the end.
constexpr std::uint64_t probed_bytes = 64ull << 20;

/// Thread `thread` of the load.
TrafficDescription stream_of(const Bench& bench, const Load& load, unsigned thread) {
  TrafficDescription stream;
  stream.host = "h0";
  stream.pattern = load.pattern == Pattern::sequential ? "sequential" : "uniform";
  // An odd number of pages apart: physical pages are scattered, and streams that all begin in the
  // same bank of another row would meet there for ever.
  constexpr std::uint64_t page = 4'096;
  const std::uint64_t pages = (boundary(bench) - base) / load.threads / page;
  const std::uint64_t share = (load.threads == 1 ? pages : pages - 77) * page;
  stream.base = base + thread * share;
  stream.size = share;
  stream.requests = std::max<std::uint64_t>(load.requests / load.threads, 16);
  stream.read_percent = load.read_percent;
  stream.sizes = {load.size};
  stream.outstanding = load.outstanding;
  if (load.bytes_per_second == 0) {
    stream.injection.kind = Injection::closed;
    stream.injection.delay = load.delay;
    return stream;
  }
  stream.injection.kind = load.bounded ? Injection::paced : Injection::open;
  stream.injection.pace.bytes_per_second = load.bytes_per_second / load.threads;
  stream.injection.arrival = load.poisson ? Arrival::poisson : Arrival::fixed;
  return stream;
}

/// A thread that chases a pointer beside the load, for as long as the load lasts.
TrafficDescription probe_of(const Bench& bench, const Load& load, unsigned probe) {
  TrafficDescription stream;
  stream.host = "h0";
  stream.pattern = "uniform";
  const std::uint64_t share = probed_bytes / load.probes;
  stream.base = boundary(bench) + probe * share;
  stream.size = share;
  stream.outstanding = 1;
  stream.injection.kind = Injection::closed;
  stream.requests = load.probe_requests;
  return stream;
}

}  // namespace

std::uint64_t boundary(const Bench& bench) {
  return base + device_bytes * bench.devices - probed_bytes;
}

PlatformDescription make_platform(const Bench& bench, const Load& load) {
  PlatformDescription platform = read_platform_text(text_of(bench), "bench.yaml");
  if (bench.remote) {
    for (HostDescription& host : platform.hosts) {
      host.timing.request_latency += bench.hop / 2;
      host.timing.response_latency += bench.hop / 2;
    }
  }
  for (LinkDescription& link : platform.links) {
    if (bench.width != 0 && link.physical) link.physical->width = bench.width;
  }
  for (HostDescription& host : platform.hosts) {
    if (bench.host_reads == 0) continue;
    host.timing.read = {};
    host.timing.read.bytes_per_second = bench.host_reads;
  }
  for (DeviceDescription& device : platform.devices) {
    if (bench.media) {
      device.timing.media = {};
      device.timing.media.latency = *bench.media;
    }
    if (!bench.controller) continue;
    device.timing.request_latency = *bench.controller / 2;
    device.timing.response_latency = *bench.controller - *bench.controller / 2;
  }
  if (bench.fast_media) make_media_fast(platform);
  for (unsigned i = 0; i < load.threads; ++i) {
    platform.traffic.push_back(stream_of(bench, load, i));
  }
  for (unsigned i = 0; i < load.probes; ++i) {
    platform.traffic.push_back(probe_of(bench, load, i));
  }
  return platform;
}

}  // namespace cxlpool::validation
