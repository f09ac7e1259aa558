// SPDX-License-Identifier: Apache-2.0
// Traffic, hot-plug and time.
#include <algorithm>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/names.h"
#include "platforms/nearest.h"
#include "platforms/scalar.h"
#include "platforms/validate_parts.h"

namespace cxlpool::platforms::validation {
namespace {

constexpr std::uint32_t max_access_bytes = 4096;
constexpr unsigned max_outstanding = 65'536;

/// Where a stream runs: a region of its host, or base and size.
void check_range(const Entry& entry, const TrafficDescription& traffic, const Index& index) {
  if (traffic.base.has_value() != traffic.size.has_value()) {
    entry.fail(traffic.base ? ".base" : ".size", "expected base and size together");
  }
  if (!traffic.region.empty()) {
    if (traffic.base) entry.fail(".base", "expected a region, or base and size, not both");
    const auto region = index.regions.find(traffic.region);
    if (region == index.regions.end()) {
      entry.fail(".region", unresolved("region", traffic.region, index.regions));
    }
    if (region->second->host != traffic.host) {
      entry.fail(".region", fmt::format("{} belongs to {}, not to {}", traffic.region,
                                        region->second->host, traffic.host));
    }
    return;
  }
  if (traffic.base) {
    if (*traffic.size == 0) entry.fail(".size", "expected more than 0");
    if (*traffic.base + (*traffic.size - 1) < *traffic.base) {
      entry.fail(".size", fmt::format("expected at most {} above base {}, got {}",
                                      format_size(0 - *traffic.base), format_address(*traffic.base),
                                      format_size(*traffic.size)));
    }
    return;
  }
  // The addresses of a trace may be host physical ones already.
  const bool anywhere = traffic.pattern == "trace" && traffic.map == AddressMapKind::identity;
  if (!anywhere) entry.fail("", "expected a region, or base and size, to say where it runs");
}

void check_trace(const Entry& entry, const TrafficDescription& traffic) {
  if (std::find(pattern_names.begin(), pattern_names.end(), traffic.pattern) ==
      pattern_names.end()) {
    entry.fail(".pattern", unresolved("pattern", traffic.pattern,
                                      {pattern_names.begin(), pattern_names.end()}));
  }
  if (traffic.pattern == "trace") {
    if (traffic.trace.empty()) entry.fail("", "pattern trace needs a trace, the path of a file");
    return;
  }
  const auto only_trace = [&](const char* key, bool given) {
    if (!given) return;
    entry.fail(key, fmt::format("expected only with pattern trace, not with {}", traffic.pattern));
  };
  only_trace(".trace", !traffic.trace.empty());
  only_trace(".format", !traffic.trace_format.empty());
  only_trace(".map", traffic.map != AddressMapKind::identity);
}

void check_traffic(const Entry& entry, const TrafficDescription& traffic, const Index& index) {
  if (index.hosts.count(traffic.host) == 0) {
    entry.fail(".host", unresolved("host", traffic.host, index.hosts));
  }
  check_trace(entry, traffic);
  check_range(entry, traffic, index);
  if (traffic.read_percent > 100) {
    entry.fail(".read", fmt::format("expected 0% to 100%, got {}%", traffic.read_percent));
  }
  if (traffic.sizes.empty()) entry.fail(".sizes", "expected at least one access size");
  for (std::size_t i = 0; i < traffic.sizes.size(); ++i) {
    if (traffic.sizes[i] >= 1 && traffic.sizes[i] <= max_access_bytes) continue;
    entry.fail(fmt::format(".sizes[{}]", i), fmt::format("expected an access of 1B to 4KiB, got {}",
                                                         format_size(traffic.sizes[i])));
  }
  if (traffic.stride == 0) entry.fail(".stride", "expected more than 0");
  if (traffic.seeded && traffic.pattern != "interleaved") {
    entry.fail(".seeded", "expected only with pattern interleaved");
  }
  if (traffic.outstanding < 1 || traffic.outstanding > max_outstanding) {
    entry.fail(".outstanding",
               fmt::format("expected 1 to {}, got {}", max_outstanding, traffic.outstanding));
  }
}

}  // namespace

void check_run(const PlatformDescription& platform, const Index& index) {
  for (std::size_t i = 0; i < platform.hotplug.size(); ++i) {
    const HotplugDescription& event = platform.hotplug[i];
    const Entry entry(event.location, "hotplug", i);
    if (index.devices.count(event.device) == 0) {
      entry.fail(".device", unresolved("device", event.device, index.devices));
    }
    if (i > 0 && event.after_requests < platform.hotplug[i - 1].after_requests) {
      entry.fail(".after_requests",
                 fmt::format("expected at least {}, as events come in order, got {}",
                             platform.hotplug[i - 1].after_requests, event.after_requests));
    }
  }
  for (std::size_t i = 0; i < platform.traffic.size(); ++i) {
    check_traffic(Entry(platform.traffic[i].location, "traffic", i), platform.traffic[i], index);
  }
  const Entry whole({}, std::string());
  check_latency(whole, ".link_latency", platform.default_link_latency);
  check_latency(whole, ".quantum", platform.quantum);
}

}  // namespace cxlpool::platforms::validation
