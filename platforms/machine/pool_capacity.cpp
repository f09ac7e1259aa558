// SPDX-License-Identifier: Apache-2.0
// Dynamic capacity and memory backends by QMP: offsets become DPAs, words become policies, and
// refusals become errors.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "platforms/machine/pool_machine.h"
#include "platforms/machine/pool_paths.h"

namespace cxlpool::platforms {

using capacity::DynamicCapacity;
using capacity::Refusal;
using capacity::Tag;
using qmp::Done;
using qmp::generic_error;
using qmp::Result;
using qmp::Status;

namespace {

Status status_of(Refusal refusal) {
  if (refusal == Refusal::none) return Done{};
  return generic_error(capacity::text(refusal));
}

Result<Tag> parse_tag(const std::optional<std::string>& text) {
  if (!text) return Tag::null();
  const auto tag = Tag::parse(*text);
  if (!tag) {
    return generic_error(
        fmt::format("tag '{}' is no UUID: expected 8-4-4-4-12 hexadecimal digits", *text));
  }
  return *tag;
}

/// Bytes of all extents together; nothing past 2^64.
std::optional<std::uint64_t> total(const std::vector<qmp::Extent>& extents) {
  std::uint64_t sum = 0;
  for (const qmp::Extent& extent : extents) {
    if (extent.len > std::numeric_limits<std::uint64_t>::max() - sum) return std::nullopt;
    sum += extent.len;
  }
  return sum;
}

/// An extent beyond its region is an error here, whatever lies there.
Result<std::vector<capacity::Extent>> in_region(const std::vector<qmp::Extent>& extents,
                                                const capacity::Region& region, const Tag& tag) {
  std::vector<capacity::Extent> absolute;
  for (const qmp::Extent& extent : extents) {
    if (extent.len == 0) return generic_error("extent with 0 length is not allowed");
    if (extent.offset % region.block != 0 || extent.len % region.block != 0) {
      return generic_error("dpa or len is not aligned to region block size");
    }
    const auto range = capacity::range_in(region, extent.offset, extent.len);
    if (!range) return generic_error("extent range is beyond the region end");
    absolute.push_back({range->base, range->length, tag, 0});
  }
  return absolute;
}

capacity::Selection selection_of(qmp::SelectionPolicy policy) {
  switch (policy) {
    case qmp::SelectionPolicy::free:
      return capacity::Selection::free;
    case qmp::SelectionPolicy::contiguous:
      return capacity::Selection::contiguous;
    case qmp::SelectionPolicy::prescriptive:
      return capacity::Selection::prescriptive;
    case qmp::SelectionPolicy::enable_shared_access:
      break;
  }
  return capacity::Selection::enable_shared_access;
}

qmp::ReleaseState release_state(DynamicCapacity::TagStatus standing) {
  switch (standing) {
    case DynamicCapacity::TagStatus::pending:
      return qmp::ReleaseState::pending;
    case DynamicCapacity::TagStatus::accepted:
      return qmp::ReleaseState::accepted;
    case DynamicCapacity::TagStatus::release_requested:
      return qmp::ReleaseState::release_requested;
    case DynamicCapacity::TagStatus::not_found:
      break;
  }
  return qmp::ReleaseState::not_found;
}

std::optional<std::string> message_of(qmp::ReleaseState state) {
  switch (state) {
    case qmp::ReleaseState::pending:
      return "offered, and the host has not answered";
    case qmp::ReleaseState::accepted:
      return "accepted by the host";
    case qmp::ReleaseState::release_requested:
      return "the host has been asked to release it";
    case qmp::ReleaseState::not_found:
      break;
  }
  return std::nullopt;
}

}  // namespace

Result<DynamicCapacity*> PoolMachine::find_capacity(const std::string& path, std::uint8_t region) {
  const auto device = find(path);
  if (!device) return device.error();
  DynamicCapacity* capacity = (*device)->control().capacity();
  if (!capacity) return generic_error("No dynamic capacity support from the device");
  if (region >= capacity->regions().size()) return generic_error("region id is too large");
  return capacity;
}

Status PoolMachine::add_dynamic_capacity(const qmp::AddDynamicCapacity& request) {
  const auto capacity = find_capacity(request.path, request.region);
  if (!capacity) return capacity.error();
  const auto tag = parse_tag(request.tag);
  if (!tag) return tag.error();
  if (request.extents.empty()) return generic_error("no extents: expected at least one");
  capacity::AddRequest add;
  add.host = static_cast<capacity::HostId>(request.host_id);
  add.selection = selection_of(request.selection_policy);
  add.region = request.region;
  add.tag = *tag;
  if (request.selection_policy == qmp::SelectionPolicy::prescriptive) {
    const auto extents = in_region(request.extents, (*capacity)->regions()[request.region], *tag);
    if (!extents) return extents.error();
    add.extents = *extents;
  } else {
    const auto length = total(request.extents);
    if (!length) return generic_error("the extents' lengths pass 2^64 together");
    add.length = *length;
  }
  const Refusal refusal = (*capacity)->add(add);
  settle();
  return status_of(refusal);
}

Status PoolMachine::release_dynamic_capacity(const qmp::ReleaseDynamicCapacity& request) {
  const auto capacity = find_capacity(request.path, request.region);
  if (!capacity) return capacity.error();
  const auto tag = parse_tag(request.tag);
  if (!tag) return tag.error();
  capacity::ReleaseRequest release;
  release.host = static_cast<capacity::HostId>(request.host_id);
  release.forced = request.forced_removal;
  release.sanitize = request.sanitize_on_release;
  release.tag = *tag;
  if (request.removal_policy == qmp::RemovalPolicy::tag_based) {
    if (request.tag && tag->is_null()) {
      return generic_error("removal by tag needs a tag that is not nil");
    }
    release.removal = capacity::Removal::tag_based;  // all of it, whatever the extents say
  } else {
    if (request.extents.empty()) return generic_error("no extents: expected at least one");
    const auto extents =
        in_region(request.extents, (*capacity)->regions()[request.region], Tag::null());
    if (!extents) return extents.error();
    release.extents = *extents;
  }
  const Refusal refusal = (*capacity)->request_release(release);
  settle();
  return status_of(refusal);
}

Result<qmp::ReleaseStatus> PoolMachine::release_status(const qmp::ReleaseStatusQuery& query) {
  const auto capacity = find_capacity(query.path, query.region);
  if (!capacity) return capacity.error();
  const auto tag = parse_tag(query.tag);
  if (!tag) return tag.error();
  const auto host = static_cast<capacity::HostId>(query.host_id);
  if (!(*capacity)->known(host)) return generic_error(capacity::text(Refusal::unknown_host));
  const qmp::ReleaseState state = release_state((*capacity)->tag_status(host, *tag));
  return qmp::ReleaseStatus{state, message_of(state)};
}

Status PoolMachine::object_add(const qmp::Backend& backend) {
  if (backends_.count(backend.id) != 0) {
    return generic_error(fmt::format(
        "attempt to add duplicate property '{}' to object (type 'container')", backend.id));
  }
  if (!backend.tag) {  // known by its name, and of no use to dynamic capacity
    backends_[backend.id] = backend;
    return Done{};
  }
  const auto tag = parse_tag(backend.tag);
  if (!tag) return tag.error();
  if (tag->is_null()) {
    return generic_error(
        fmt::format("tag of memory backend '{}' is nil: expected one that tells it from the others",
                    backend.id));
  }
  if (const auto* holder = platform_.backends().registry().find(*tag)) {
    return generic_error(fmt::format("tag '{}' is that of memory backend '{}' already",
                                     tag->to_string(), holder->id));
  }
  const bool names_a_file =
      !backend.mem_path.empty() && backend.mem_path.find('\0') == std::string::npos;
  if (backend.kind == qmp::BackendKind::file && !names_a_file) {
    return generic_error(
        fmt::format("property 'mem-path' of memory backend '{}' names no file", backend.id));
  }
  constexpr std::uint64_t page = 4096;
  if (backend.size_bytes == 0 || backend.size_bytes % page != 0) {
    return generic_error(
        fmt::format("property 'size' of memory backend '{}' is {}: expected a "
                    "multiple of {}",
                    backend.id, backend.size_bytes, page));
  }
  try {
    const Refusal refusal = platform_.backends().add(backend.id, backend.size_bytes, *tag,
                                                     backend.mem_path, backend.readonly);
    if (refusal == Refusal::none) backends_[backend.id] = backend;
    return status_of(refusal);
  } catch (const std::runtime_error& error) {
    return generic_error(error.what());
  }
}

Status PoolMachine::object_del(const std::string& id) {
  if (backends_.count(id) == 0) return generic_error(fmt::format("object '{}' not found", id));
  const bool tagged = backends_.at(id).tag.has_value();
  if (tagged && platform_.backends().remove(id) != Refusal::none) {
    return generic_error(fmt::format("object '{}' is in use, can not be deleted", id));
  }
  backends_.erase(id);
  return Done{};
}

void PoolMachine::record(const std::string& device, const capacity::CapacityEvent& event) {
  using Kind = qmp::CapacityChange::Kind;
  Kind kind = Kind::offered;
  switch (event.type) {
    case capacity::EventType::add:
      break;
    case capacity::EventType::release:
      kind = Kind::release_requested;
      break;
    case capacity::EventType::forced_release:
      kind = Kind::removed;
      break;
    case capacity::EventType::add_response:
      kind = event.extent.length == 0 ? Kind::declined : Kind::accepted;
      break;
    case capacity::EventType::released:
      kind = Kind::released;
      break;
    case capacity::EventType::region_updated:
      return;
  }
  const std::string tag = event.extent.tag.is_null() ? "" : event.extent.tag.to_string();
  changes_.push_back({kind, device, static_cast<std::uint16_t>(event.host), event.region,
                      event.extent.dpa, event.extent.length, tag});
}

std::vector<qmp::DeviceState> PoolMachine::devices() {
  std::vector<qmp::DeviceState> all;
  for (std::size_t i = 0; i < platform_.device_count(); ++i) all.push_back(state_of(i));
  return all;
}

qmp::DeviceState PoolMachine::state_of(std::size_t index) {
  fabric::Type3Device& device = platform_.device(index);
  qmp::DeviceState state;
  state.name = device.label();
  state.path = "/machine/peripheral/" + device.label();
  state.volatile_bytes = device.partitions().volatile_bytes;
  state.persistent_bytes = device.partitions().persistent_bytes;
  using address::ErrorMessage;
  state.error_messages = {device.error_messages(ErrorMessage::correctable),
                          device.error_messages(ErrorMessage::non_fatal),
                          device.error_messages(ErrorMessage::fatal)};
  const DynamicCapacity* capacity = device.control().capacity();
  if (!capacity) return state;
  for (const capacity::Region& region : capacity->regions()) {
    state.regions.push_back({region.base, region.length, region.block});
  }
  const auto add = [&](std::size_t host, const capacity::Extent& extent, qmp::ReleaseState what) {
    const auto region = capacity::region_of(capacity->regions(), extent.range());
    state.extents.push_back({static_cast<std::uint8_t>(region.value_or(0)),
                             static_cast<std::uint16_t>(host), extent.dpa, extent.length,
                             extent.tag.is_null() ? "" : extent.tag.to_string(), extent.sequence,
                             what});
  };
  for (std::size_t h = 0; h < capacity->hosts(); ++h) {
    const auto host = static_cast<capacity::HostId>(h);
    for (const auto& extent : capacity->accepted(host)) {
      add(h, extent, qmp::ReleaseState::accepted);
    }
    for (const auto& group : capacity->pending(host)) {
      for (const auto& extent : group) add(h, extent, qmp::ReleaseState::pending);
    }
  }
  std::sort(state.extents.begin(), state.extents.end(),
            [](const auto& a, const auto& b) { return a.dpa < b.dpa; });
  return state;
}

std::vector<qmp::BackendState> PoolMachine::backends() {
  std::vector<qmp::BackendState> all;
  const std::vector<qmp::DeviceState> devices = this->devices();
  for (const auto& [id, backend] : backends_) {
    qmp::BackendState state{backend, ""};
    const auto* registered = platform_.backends().registry().find(id);
    const std::string tag = registered ? registered->tag.to_string() : "";
    for (const qmp::DeviceState& device : devices) {
      for (const qmp::ExtentState& extent : device.extents) {
        if (extent.tag == tag) state.used_by = device.name;
      }
    }
    all.push_back(std::move(state));
  }
  return all;
}

}  // namespace cxlpool::platforms
