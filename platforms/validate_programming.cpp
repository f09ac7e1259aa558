// SPDX-License-Identifier: Apache-2.0
// Decoders, regions and links: what they refer to, and values that registers can hold.
#include <set>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/scalar.h"
#include "platforms/validate_parts.h"

namespace cxlpool::platforms::validation {
namespace {

void check_ways(const Entry& entry, const DecoderDescription& decoder, ComponentKind kind) {
  const bool device = kind == ComponentKind::device;
  const bool codable = address::encode_ways(decoder.ways).has_value();
  if (device && !codable) {
    entry.fail(".ways",
               fmt::format("expected 1, 2, 3, 4, 6, 8, 12 or 16 ways, got {}", decoder.ways));
  }
  const bool power_of_two = codable && decoder.ways % 3 != 0;
  if (!device && (!power_of_two || decoder.ways > 8)) {
    entry.fail(".ways", fmt::format("a switch or host bridge decoder has 1, 2, 4 or 8 ways, got {}",
                                    decoder.ways));
  }
}

void check_decoder(const Entry& entry, const DecoderDescription& decoder, const Index& index) {
  const auto found = index.components.find(decoder.at);
  if (found == index.components.end()) {
    entry.fail(".at", unresolved("host bridge, switch or device", decoder.at, index.components));
  }
  const DecodingComponent& component = found->second;
  if (!component.reason.empty()) entry.fail(".at", component.reason);
  if (decoder.index >= component.decoders) {
    entry.fail(".index", fmt::format("{} has {} decoders; expected 0 to {}, got {}", decoder.at,
                                     component.decoders, component.decoders - 1, decoder.index));
  }
  check_quantum(entry, ".base", decoder.base);
  check_quantum(entry, ".size", decoder.size);
  check_ways(entry, decoder, component.kind);
  check_granularity(entry, decoder.granularity);
  if (component.kind == ComponentKind::device) {
    check_quantum(entry, ".skip", decoder.skip);
    if (!decoder.targets.empty()) {
      entry.fail(".targets", "expected none; a device's decoder has a skip instead");
    }
    return;
  }
  if (decoder.skip != 0) {
    entry.fail(".skip", "expected none; only a device's decoder skips");
  }
  if (decoder.targets.size() != decoder.ways) {
    entry.fail(".targets", fmt::format("expected {} port numbers, one per way, got {}",
                                       decoder.ways, decoder.targets.size()));
  }
}

void check_region(const Entry& entry, const RegionDescription& region, const Index& index) {
  const auto host = index.hosts.find(region.host);
  if (host == index.hosts.end()) {
    entry.fail(".host", unresolved("host", region.host, index.hosts));
  }
  const std::size_t windows = host->second->windows.size();
  if (region.window >= windows) {
    entry.fail(".window", fmt::format("{} has {} windows, numbered from 0; got {}", region.host,
                                      windows, region.window));
  }
  if (!address::encode_ways(region.devices.size())) {
    entry.fail(".devices", fmt::format("expected 1, 2, 3, 4, 6, 8, 12 or 16 devices, got {}",
                                       region.devices.size()));
  }
  std::set<std::string> members;
  for (std::size_t i = 0; i < region.devices.size(); ++i) {
    const std::string& device = region.devices[i];
    const std::string key = fmt::format(".devices[{}]", i);
    if (index.devices.count(device) == 0) {
      entry.fail(key, unresolved("device", device, index.devices));
    }
    if (!members.insert(device).second) {
      entry.fail(key, fmt::format("{} is in the set already", device));
    }
  }
  if (region.size) {
    if (*region.size == 0) entry.fail(".size", "expected more than 0, or no size for all there is");
    check_quantum(entry, ".size", *region.size);
  }
  if (region.granularity) check_granularity(entry, *region.granularity);
}

void check_link(const Entry& entry, const LinkDescription& link, const Index& index) {
  const auto port = index.ports.find(link.upper);
  if (port == index.ports.end()) {
    entry.fail(".between[0]", unresolved("port", link.upper, index.ports));
  }
  const std::string& occupant = port->second.occupant;
  if (occupant != link.lower) {
    entry.fail(".between[1]", fmt::format("expected {}, which hangs from {}, got {}",
                                          occupant.empty() ? "nothing" : occupant, link.upper,
                                          quotable(link.lower)));
  }
  check_latency(entry, ".latency", link.latency);
}

}  // namespace

void check_programming(const PlatformDescription& platform, Index& index) {
  for (std::size_t i = 0; i < platform.decoders.size(); ++i) {
    check_decoder(Entry(platform.decoders[i].location, "decoders", i), platform.decoders[i], index);
  }
  for (std::size_t i = 0; i < platform.regions.size(); ++i) {
    const RegionDescription& region = platform.regions[i];
    const Entry entry(region.location, "regions", i);
    check_name(entry, ".name", region.name);
    if (!index.regions.emplace(region.name, &region).second) {
      entry.fail(".name", fmt::format("duplicate name \"{}\"", region.name));
    }
    check_region(entry, region, index);
  }
  std::set<std::string> linked;
  for (std::size_t i = 0; i < platform.links.size(); ++i) {
    const Entry entry(platform.links[i].location, "links", i);
    check_link(entry, platform.links[i], index);
    if (!linked.insert(platform.links[i].upper).second) {
      entry.fail(".between", fmt::format("the link at {} is given twice", platform.links[i].upper));
    }
  }
}

}  // namespace cxlpool::platforms::validation
