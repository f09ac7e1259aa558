// SPDX-License-Identifier: Apache-2.0
#include "models/capacity/dynamic_capacity.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace cxlpool::capacity {
namespace {

const DynamicCapacity::Config& checked(const DynamicCapacity::Config& config) {
  const std::vector<std::string> faults = check_regions(config.regions);
  if (!faults.empty()) throw std::invalid_argument(faults.front());
  if (config.hosts == 0 || config.hosts > max_hosts) {
    throw std::invalid_argument("dynamic capacity is for 1 to 256 hosts");
  }
  return config;
}

}  // namespace

DynamicCapacity::DynamicCapacity(const Config& config, Listener* listener)
    : config_(checked(config)),
      listener_(listener != nullptr ? *listener : nobody_),
      allocations_(config.regions, [this](const Allocation& allocation) { freed(allocation); }),
      hosts_(config.hosts) {
  for (std::size_t i = 0; i < config.hosts; ++i) access_.emplace_back(config.regions);
}

std::size_t DynamicCapacity::extents_of(HostId host) const {
  return at(host).accepted.size() + at(host).offers.extents();
}

std::size_t DynamicCapacity::region_at(std::uint64_t dpa) const {
  return *region_of(config_.regions, {dpa, 0});
}

Refusal DynamicCapacity::configure_region(std::size_t region, std::uint64_t block, bool sanitize) {
  if (region >= config_.regions.size()) return Refusal::unknown_region;
  if (!allocations_.free_space(region).all_free()) return Refusal::region_in_use;
  Region changed = config_.regions[region];
  const bool power_of_two = block >= 64 && (block & (block - 1)) == 0;
  if (!power_of_two || (changed.block_size_mask() & block) == 0 || changed.length % block != 0 ||
      changed.base % block != 0) {
    return Refusal::bad_block;
  }
  if (block == changed.block && sanitize == changed.sanitize_on_release) return Refusal::none;
  changed.block_sizes = changed.block_size_mask();
  changed.block = block;
  changed.sanitize_on_release = sanitize;
  config_.regions[region] = changed;
  for (AccessMap& access : access_) access.reset(region, changed);
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    CapacityEvent record = event(EventType::region_updated, HostId(i));
    record.region = static_cast<std::uint8_t>(region);
    listener_.host_event(record);
  }
  return Refusal::none;
}

Refusal DynamicCapacity::add_reference(const Tag& tag) {
  if (!allocations_.tags().known(tag)) return Refusal::unknown_tag;
  allocations_.refer(tag);
  return Refusal::none;
}

Refusal DynamicCapacity::remove_reference(const Tag& tag) {
  if (!allocations_.tags().known(tag)) return Refusal::unknown_tag;
  allocations_.unrefer(tag);
  return Refusal::none;
}

Refusal DynamicCapacity::lose_host(HostId host) {
  if (!known(host)) return Refusal::unknown_host;
  std::vector<Extent> extents;
  for (const auto& [dpa, extent] : at(host).accepted.extents()) extents.push_back(extent);
  const std::vector<Extent> offered = at(host).offers.all();
  for (const Extent& extent : extents) listener_.access_ending(host, extent.range());
  std::vector<Extent> gone;
  for (const Extent& extent : extents) {
    for (const Extent& part : give_up(host, extent.range(), false)) gone.push_back(part);
  }
  for (const Extent& extent : offered) {
    for (const Extent& part : withdraw(host, extent.range(), false)) gone.push_back(part);
  }
  at(host).offers.clear();
  if (!extents.empty()) ++at(host).generation;
  tell(EventType::released, host, gone);
  return Refusal::none;
}

std::vector<Extent> DynamicCapacity::give_up(HostId host, const DpaRange& range, bool sanitize) {
  Host& state = at(host);
  const std::size_t region = region_at(range.base);
  access_[index(host)].set(region, range, false);
  const std::vector<Extent> parts = state.accepted.cut(range);
  for (const Extent& part : parts) {
    allocations_.tags().less(part.tag, host, Standing::accepted, part.length);
  }
  const bool always = sanitize || config_.regions[region].sanitize_on_release;
  for (const ReleaseMarks::Piece& piece : state.marks.cut(range)) {
    allocations_.drop(piece.range, host, always || piece.sanitize);
  }
  state.marks.remove(range);
  return parts;
}

std::vector<Extent> DynamicCapacity::withdraw(HostId host, const DpaRange& range, bool sanitize) {
  std::vector<Extent> parts = at(host).offers.withdraw(range);
  for (const Extent& part : parts) {
    allocations_.tags().less(part.tag, host, Standing::offered, part.length);
    allocations_.drop(part.range(), host, sanitize);
  }
  return parts;
}

void DynamicCapacity::freed(const Allocation& allocation) {
  const DpaRange range = allocation.extent.range();
  if (allocation.sanitize) listener_.discard(range);
  if (config_.backends == nullptr) return;
  const Backend& backend = *config_.backends->find(allocation.extent.tag);
  if (backend.state == Backend::State::mapped) listener_.unmapped(backend, range);
  config_.backends->set_state(backend.tag, Backend::State::unused);
}

CapacityEvent DynamicCapacity::event(EventType type, HostId host) const {
  CapacityEvent record;
  record.type = type;
  record.host = host;
  record.extents_available = extents_available(host);
  record.tags_available = tags_available();
  return record;
}

void DynamicCapacity::tell(EventType type, HostId host, const std::vector<Extent>& extents,
                           bool more) {
  CapacityEvent record = event(type, host);
  const bool to_manager = type == EventType::add_response || type == EventType::released;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    record.extent = extents[i];
    record.more = more || i + 1 < extents.size();
    if (to_manager) {
      listener_.manager_event(record);
    } else {
      listener_.host_event(record);
    }
  }
}

std::optional<Extent> DynamicCapacity::extent_at(HostId host, std::uint64_t dpa) const {
  if (!known(host)) return std::nullopt;
  const Extent* extent = at(host).accepted.at(dpa);
  return extent != nullptr ? std::optional<Extent>(*extent) : std::nullopt;
}

bool DynamicCapacity::read_only(const DpaRange& range) const {
  const std::optional<std::size_t> region = region_of(config_.regions, range);
  if (!region) return false;
  if (config_.regions[*region].read_only) return true;
  if (config_.backends == nullptr) return false;
  for (std::uint64_t dpa = range.base; dpa < range.end();) {
    const Allocation* allocation = allocations_.at(dpa);
    if (allocation == nullptr) return false;
    if (config_.backends->find(allocation->extent.tag)->read_only) return true;
    dpa = allocation->extent.range().end();
  }
  return false;
}

std::vector<Extent> DynamicCapacity::accepted(HostId host, std::size_t first,
                                              std::size_t most) const {
  std::vector<Extent> list;
  if (first >= accepted_count(host)) return list;
  const ExtentList::Extents& extents = at(host).accepted.extents();
  const std::size_t count = std::min(most, extents.size() - first);
  list.reserve(count);
  auto next = std::next(extents.begin(), static_cast<std::ptrdiff_t>(first));
  for (; list.size() < count; ++next) list.push_back(next->second);
  return list;
}

std::size_t DynamicCapacity::accepted_count(HostId host) const {
  return known(host) ? at(host).accepted.size() : 0;
}

std::uint32_t DynamicCapacity::generation(HostId host) const {
  return known(host) ? at(host).generation : 0;
}

std::vector<std::vector<Extent>> DynamicCapacity::pending(HostId host) const {
  return known(host) ? at(host).offers.groups() : std::vector<std::vector<Extent>>{};
}

std::uint32_t DynamicCapacity::extents_available(HostId host) const {
  return known(host) ? static_cast<std::uint32_t>(config_.extents - extents_of(host)) : 0;
}

std::uint32_t DynamicCapacity::tags_available() const {
  return static_cast<std::uint32_t>(config_.tags - allocations_.tags().size());
}

DynamicCapacity::TagStatus DynamicCapacity::tag_status(HostId host, const Tag& tag) const {
  if (!known(host)) return TagStatus::not_found;
  const auto asked = [&](const Extent& extent) {
    return extent.tag == tag && at(host).marks.overlap(extent.range());
  };
  const TagDirectory& tags = allocations_.tags();
  for (const std::uint64_t base : tags.bases(tag)) {
    const std::vector<Extent> here =
        at(host).accepted.touching(allocations_.at(base)->extent.range());
    if (std::any_of(here.begin(), here.end(), asked)) return TagStatus::release_requested;
  }
  if (tags.bytes(tag, host, Standing::accepted) != 0) return TagStatus::accepted;
  return tags.bytes(tag, host, Standing::offered) != 0 ? TagStatus::pending : TagStatus::not_found;
}

Fragmentation DynamicCapacity::fragmentation(std::size_t region) const {
  return region < config_.regions.size() ? allocations_.free_space(region).fragmentation()
                                         : Fragmentation{};
}

const char* name(DynamicCapacity::TagStatus status) {
  switch (status) {
    case DynamicCapacity::TagStatus::not_found:
      return "not-found";
    case DynamicCapacity::TagStatus::pending:
      return "pending";
    case DynamicCapacity::TagStatus::accepted:
      return "accepted";
    case DynamicCapacity::TagStatus::release_requested:
      return "release-requested";
  }
  return "";
}

}  // namespace cxlpool::capacity
