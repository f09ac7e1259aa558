// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "models/capacity/dynamic_capacity.h"

namespace cxlpool::capacity::test {

inline constexpr std::uint64_t mib = 1ull << 20;
inline constexpr std::uint64_t block = 2 * mib;

/// Keeps what a device tells, and checks what a listener may rely on.
class Recorder : public Listener {
 public:
  using Access = std::pair<HostId, DpaRange>;

  void watch(const DynamicCapacity& device) { device_ = &device; }
  void host_event(const CapacityEvent& event) override { host_events.push_back(event); }
  void manager_event(const CapacityEvent& event) override { manager_events.push_back(event); }
  void access_began(HostId host, DpaRange range) override {
    if (!device_->accessible(host, range)) ++broken;
    began.emplace_back(host, range);
  }
  void access_ending(HostId host, DpaRange range) override {
    if (!device_->accessible(host, range)) ++broken;
    ending.emplace_back(host, range);
  }
  void discard(DpaRange range) override {
    if (anyone_has(range)) ++broken;
    discarded.push_back(range);
  }
  void mapped(const Backend& backend, DpaRange range) override {
    if (anyone_has(range) || !attached.insert(backend.id).second) ++broken;
  }
  void unmapped(const Backend& backend, DpaRange range) override {
    if (anyone_has(range) || attached.erase(backend.id) != 1) ++broken;
  }

  void clear() {
    host_events.clear();
    manager_events.clear();
    began.clear();
    ending.clear();
    discarded.clear();
  }

  std::vector<CapacityEvent> host_events, manager_events;
  std::vector<Access> began, ending;
  std::vector<DpaRange> discarded;
  std::set<std::string> attached;
  int broken = 0;  ///< calls at a time at which the listener must not be called so

 private:
  bool anyone_has(DpaRange range) const {
    for (std::size_t host = 0; host < device_->hosts(); ++host) {
      for (std::uint64_t dpa = range.base; dpa < range.end(); dpa += block) {
        if (device_->accessible(HostId(host), dpa)) return true;
      }
    }
    return false;
  }

  const DynamicCapacity* device_ = nullptr;
};

/// Two regions of 128 blocks, the second sharable, above 256 MiB of static capacity.
inline DynamicCapacity::Config two_regions(std::size_t hosts = 2) {
  DynamicCapacity::Config config;
  config.regions.resize(2);
  config.regions[0].base = 256 * mib;
  config.regions[1].base = 512 * mib;
  for (Region& region : config.regions) region.decode_length = region.length = 256 * mib;
  config.regions[1].sharable = true;
  config.hosts = hosts;
  return config;
}

/// A device and what it has told.
struct Device {
  Recorder told;
  DynamicCapacity capacity;

  explicit Device(const DynamicCapacity::Config& config = two_regions()) : capacity(config, &told) {
    told.watch(capacity);
  }

  /// Offset and length in blocks.
  DpaRange range(std::uint64_t first, std::uint64_t count, std::size_t region = 0) const {
    return {capacity.regions()[region].base + first * block, count * block};
  }
  Extent extent(std::uint64_t first, std::uint64_t count, const Tag& tag = {},
                std::uint16_t sequence = 0, std::size_t region = 0) const {
    return {range(first, count, region).base, count * block, tag, sequence};
  }
  Refusal offer(HostId host, const std::vector<Extent>& extents) {
    AddRequest request;
    request.host = host;
    request.extents = extents;
    return capacity.add(request);
  }
  Refusal offer(HostId host, Selection selection, std::uint64_t blocks, const Tag& tag = {},
                std::uint8_t region = 0) {
    AddRequest request;
    request.host = host;
    request.selection = selection;
    request.length = blocks * block;
    request.tag = tag;
    request.region = region;
    return capacity.add(request);
  }
  /// Offered and accepted.
  void give(HostId host, const std::vector<Extent>& extents) {
    offer(host, extents);
    capacity.respond(host, ranges_of(extents));
  }
  Refusal ask(HostId host, const std::vector<Extent>& extents, bool forced = false,
              bool sanitize = false) {
    ReleaseRequest request;
    request.host = host;
    request.forced = forced;
    request.sanitize = sanitize;
    request.extents = extents;
    return capacity.request_release(request);
  }
  Refusal ask_by_tag(HostId host, const Tag& tag, std::uint64_t blocks, bool forced = false) {
    ReleaseRequest request;
    request.host = host;
    request.removal = Removal::tag_based;
    request.forced = forced;
    request.length = blocks * block;
    request.tag = tag;
    return capacity.request_release(request);
  }
};

inline constexpr HostId host0{0}, host1{1}, host2{2};

inline Tag tag_of(std::uint8_t number) {
  Tag tag;
  tag.bytes[15] = number;
  return tag;
}

}  // namespace cxlpool::capacity::test
