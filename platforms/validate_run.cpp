// SPDX-License-Identifier: Apache-2.0
// Traffic, hot-plug and time.
#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/scalar.h"
#include "platforms/validate.h"
#include "platforms/validate_parts.h"
#include "traffic/patterns/factory.h"

namespace cxlpool::platforms::validation {
namespace {

/// Where a stream runs: a region of its host, or base and size.
void check_range(const Entry& entry, const TrafficDescription& described, const Index& index) {
  if (described.base.has_value() != described.size.has_value()) {
    entry.fail(described.base ? ".base" : ".size", "expected base and size together");
  }
  if (!described.region.empty()) {
    if (described.base) entry.fail(".base", "expected a region, or base and size, not both");
    const auto region = index.regions.find(described.region);
    if (region == index.regions.end()) {
      entry.fail(".region", unresolved("region", described.region, index.regions));
    }
    if (region->second->host != described.host) {
      entry.fail(".region", fmt::format("{} belongs to {}, not to {}", described.region,
                                        region->second->host, described.host));
    }
    return;
  }
  if (described.base) {
    if (*described.size == 0) entry.fail(".size", "expected more than 0");
    if (*described.base >= hpa_end) {
      entry.fail(".base", fmt::format("expected an address below {}, as CXL.mem carries 52 address "
                                      "bits; got {}",
                                      format_address(hpa_end), format_address(*described.base)));
    }
    if (*described.size > hpa_end - *described.base) {
      entry.fail(".size",
                 fmt::format("expected at most {} above base {}, got {}",
                             format_size(hpa_end - *described.base),
                             format_address(*described.base), format_size(*described.size)));
    }
    return;
  }
  // The addresses of a trace may be host physical ones already.
  const bool anywhere = described.pattern == "trace" && described.map == AddressMapKind::identity;
  if (!anywhere) entry.fail("", "expected a region, or base and size, to say where it runs");
}

void check_trace(const Entry& entry, const TrafficDescription& described) {
  std::vector<std::string_view> patterns = traffic::pattern_names();
  patterns.push_back("trace");
  if (std::find(patterns.begin(), patterns.end(), described.pattern) == patterns.end()) {
    entry.fail(".pattern", unresolved("pattern", described.pattern, patterns));
  }
  if (described.pattern == "trace") {
    if (described.trace.empty()) entry.fail("", "pattern trace needs a trace, the path of a file");
    return;
  }
  const auto only_trace = [&](const char* key, bool given) {
    if (!given) return;
    entry.fail(key,
               fmt::format("expected only with pattern trace, not with {}", described.pattern));
  };
  only_trace(".trace", !described.trace.empty());
  only_trace(".format", !described.trace_format.empty());
  only_trace(".map", described.map != AddressMapKind::identity);
}

void check_traffic(const Entry& entry, const TrafficDescription& described, const Index& index) {
  if (index.hosts.count(described.host) == 0) {
    entry.fail(".host", unresolved("host", described.host, index.hosts));
  }
  check_trace(entry, described);
  check_range(entry, described, index);
  if (described.read_percent > 100) {
    entry.fail(".read", fmt::format("expected 0% to 100%, got {}%", described.read_percent));
  }
  if (described.sizes.empty()) entry.fail(".sizes", "expected at least one access size");
  for (std::size_t i = 0; i < described.sizes.size(); ++i) {
    if (described.sizes[i] >= 1 && described.sizes[i] <= traffic::max_request_bytes) continue;
    entry.fail(fmt::format(".sizes[{}]", i), fmt::format("expected an access of 1B to 4KiB, got {}",
                                                         format_size(described.sizes[i])));
  }
  if (described.requests > max_requests) {
    entry.fail(".requests",
               fmt::format("expected at most {}, got {}", max_requests, described.requests));
  }
  if (described.stride == 0) entry.fail(".stride", "expected more than 0");
  if (described.seeded && described.pattern != "interleaved") {
    entry.fail(".seeded", "expected only with pattern interleaved");
  }
  if (described.outstanding < 1 || described.outstanding > max_outstanding) {
    entry.fail(".outstanding",
               fmt::format("expected 1 to {}, got {}", max_outstanding, described.outstanding));
  }
}

}  // namespace

void check_run(const PlatformDescription& platform, const Index& index) {
  std::map<std::string_view, bool> plugged;
  for (const DeviceDescription& device : platform.devices) plugged[device.name] = device.plugged;
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
    const bool plug = event.action == HotplugDescription::Action::plug;
    if (std::exchange(plugged[event.device], plug) == plug) {
      entry.fail(".action",
                 fmt::format("{} is {} by then; expected {}", event.device,
                             plug ? "plugged" : "not plugged", plug ? "unplug" : "plug"));
    }
  }
  for (std::size_t i = 0; i < platform.traffic.size(); ++i) {
    check_traffic(Entry(platform.traffic[i].location, "traffic", i), platform.traffic[i], index);
  }
  const Entry whole({}, std::string());
  check_latency(whole, platform.default_link ? ".default_link" : ".link_latency",
                platform.default_link_latency);
  check_latency(whole, ".quantum", platform.quantum);
}

}  // namespace cxlpool::platforms::validation
