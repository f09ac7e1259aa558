// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/streams.h"

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "traffic/patterns/factory.h"
#include "traffic/trace_source.h"
#include "traffic/traces/open.h"

namespace cxlpool::platforms {
namespace {

struct Place {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::uint32_t granule = fabric::Host::part_bytes;
};

Place find_place(const Programming& programming, const TrafficDescription& described) {
  Place place;
  if (described.region.empty()) {
    place.base = described.base.value_or(0);
    place.size = described.size.value_or(0);
    return place;
  }
  const ProgrammedRegion& region = *programming.region(described.region);
  if (!region.made()) {
    throw InputError(
        described.location,
        fmt::format("region {} does not exist when the traffic begins: {}", region.name,
                    region.waiting ? "one of its devices is not plugged" : region.refusal->text));
  }
  place.base = region.plan.base;
  place.size = region.plan.size;
  place.granule = region.plan.interleave.granularity();
  return place;
}

/// Every stream has random numbers of its own, whatever the others do.
std::uint64_t stream_seed(std::uint64_t seed, std::size_t index) {
  return seed + 0x9E37'79B9'7F4A'7C15ull * (index + 1);
}

std::unique_ptr<traffic::RequestSource> make_pattern_source(const TrafficDescription& described,
                                                            const Place& place,
                                                            std::uint64_t seed) {
  traffic::PatternOptions options;
  options.base = place.base;
  options.size = place.size;
  options.requests = described.requests;
  options.read_percent = described.read_percent;
  options.sizes = described.sizes;
  options.unaligned = described.unaligned;
  options.byte_enables = described.byte_enables;
  options.stride = described.stride;
  options.zipf_exponent_percent = described.zipf_exponent_percent;
  options.granule = place.granule;
  options.seeded = described.seeded;
  options.seed = seed;
  try {
    return traffic::make_pattern(described.pattern, options);
  } catch (const traffic::PatternError& error) {
    throw InputError(described.location, error.what());
  }
}

std::unique_ptr<traffic::RequestSource> make_trace_source(const PlatformDescription& description,
                                                          const TrafficDescription& described,
                                                          const Place& place) {
  auto reader = traffic::open_trace(described.trace, described.trace_format);
  traffic::TraceSource::Options options;
  options.records = described.requests;
  for (std::size_t h = 0; h < description.hosts.size(); ++h) {
    if (description.hosts[h].name == described.host) options.host = static_cast<std::uint32_t>(h);
  }
  if (described.map == AddressMapKind::first_touch) {
    return std::make_unique<traffic::TraceSource>(
        std::move(reader), traffic::AddressMap::first_touch({place.base, place.size}), options);
  }
  std::vector<traffic::HpaRange> windows;
  for (const HostDescription& host : description.hosts) {
    if (host.name != described.host) continue;
    for (const auto& window : host.windows) windows.push_back({window.base, window.size});
    const auto& local = host.timing.local;
    if (local) windows.push_back({local->base, local->size});
  }
  return std::make_unique<traffic::TraceSource>(
      std::move(reader), traffic::AddressMap::identity(std::move(windows)), options);
}

}  // namespace

std::unique_ptr<traffic::RequestSource> make_source(const PlatformDescription& description,
                                                    const Programming& programming,
                                                    std::size_t index) {
  const TrafficDescription& described = description.traffic[index];
  const bool is_trace = described.pattern == "trace";
  const bool placed = !is_trace || described.map == AddressMapKind::first_touch;
  const Place place = placed ? find_place(programming, described) : Place{};
  if (is_trace) return make_trace_source(description, described, place);
  return make_pattern_source(described, place, stream_seed(description.seed, index));
}

}  // namespace cxlpool::platforms
