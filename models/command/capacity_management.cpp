// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "models/command/dynamic_capacity.h"
#include "models/command/fm_owned_ld.h"
#include "models/command/fm_payloads.h"
#include "models/command/static_capacity.h"

namespace cxlpool::command {

namespace {

using capacity::DynamicCapacity;
using capacity::HostId;

constexpr std::uint8_t policy_mask = 0x0F;

std::uint8_t dsmas_flags(const capacity::Region& region) {
  return static_cast<std::uint8_t>(
      (region.non_volatile ? 1u << 2 : 0) | (region.sharable ? 1u << 3 : 0) |
      (region.hardware_coherent ? 1u << 4 : 0) | (region.read_only ? 1u << 6 : 0));
}

Reply get_info(const DynamicCapacity& pool) {
  constexpr std::uint16_t all_selections = 0x000F;
  constexpr std::uint16_t all_removals = 0x0003;
  constexpr std::size_t most_hosts = std::numeric_limits<std::uint8_t>::max();
  DcdInfo info;
  info.hosts = static_cast<std::uint8_t>(std::min(pool.hosts(), most_hosts));
  info.regions = static_cast<std::uint8_t>(pool.regions().size());
  info.selection_policies = all_selections;
  info.removal_policies = all_removals;
  info.sanitize_configurable = static_cast<std::uint8_t>((1u << pool.regions().size()) - 1);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < pool.regions().size(); ++i) {
    total += pool.regions()[i].length;
    info.block_sizes[i] = pool.regions()[i].block_size_mask();
  }
  info.total_capacity = total / capacity_unit_bytes;
  return encode(info);
}

HostDcRegion host_region_record(const capacity::Region& region) {
  HostDcRegion record;
  record.base = region.base;
  record.decode_length = region.decode_length / capacity_unit_bytes;
  record.length = region.length;
  record.block_size = region.block;
  record.dsmas_flags = dsmas_flags(region);
  record.sanitize = region.sanitize_on_release ? 1 : 0;
  return record;
}

Reply get_regions(const Request& request, const DynamicCapacity& pool) {
  const auto wanted = *decode<GetHostDcRegions>(request.payload);
  const auto& regions = pool.regions();
  if (!pool.known(HostId{wanted.host}) || wanted.start >= regions.size()) {
    return ReturnCode::invalid_input;
  }
  const std::size_t others = wire_size<HostDcRegionsHeader>() + wire_size<DcFigures>();
  const std::size_t count = std::min({std::size_t{wanted.count}, regions.size() - wanted.start,
                                      request.fitting(wire_size<HostDcRegion>(), others)});
  Writer writer;
  writer(HostDcRegionsHeader{wanted.host, static_cast<std::uint8_t>(regions.size()),
                             static_cast<std::uint8_t>(count)});
  for (std::size_t i = 0; i < count; ++i) writer(host_region_record(regions[wanted.start + i]));
  writer(figures(pool, HostId{wanted.host}));
  return writer.take();
}

Reply set_region(const Request& request, DynamicCapacity& pool) {
  const auto wanted = *decode<SetDcRegion>(request.payload);
  const bool sanitize = (wanted.sanitize & 1u) != 0;
  return to_return_code(pool.configure_region(wanted.region, wanted.block_size, sanitize), true);
}

Reply get_extents(const Request& request, const DynamicCapacity& pool) {
  const auto wanted = *decode<GetDcRegionExtents>(request.payload);
  const HostId host{wanted.host};
  if (!pool.known(host)) return ReturnCode::invalid_input;
  const std::size_t total = pool.accepted_count(host);
  if (wanted.start > total) return ReturnCode::invalid_input;
  const std::size_t most =
      request.fitting(wire_size<ExtentRecord>(), wire_size<DcRegionExtentsHeader>());
  const auto extents = pool.accepted(host, wanted.start, std::min(most, std::size_t{wanted.count}));
  DcRegionExtentsHeader header;
  header.host = wanted.host;
  header.start = wanted.start;
  header.returned = static_cast<std::uint32_t>(extents.size());
  header.total = static_cast<std::uint32_t>(total);
  header.generation = pool.generation(host);
  Writer writer;
  writer(header);
  for (const auto& extent : extents) writer(to_wire(extent));
  return writer.take();
}

/// The extents behind a request's header; false when the payload is too short for them.
bool read_extents(Reader& reader, std::uint32_t count, std::vector<capacity::Extent>& extents) {
  if (count * std::uint64_t{wire_size<ExtentRecord>()} > reader.remaining()) return false;
  extents.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    ExtentRecord record;
    reader(record);
    extents.push_back(from_wire(record));
  }
  return true;
}

Reply initiate_add(const Request& request, DynamicCapacity& pool) {
  Reader reader(request.payload);
  InitiateDcAdd wanted;
  reader(wanted);
  capacity::AddRequest add;
  add.host = HostId{wanted.host};
  add.selection = static_cast<capacity::Selection>(wanted.policy & policy_mask);
  add.region = wanted.region;
  add.length = wanted.length;
  add.tag.bytes = wanted.tag;
  if (!read_extents(reader, wanted.count, add.extents)) return ReturnCode::invalid_payload_length;
  return to_return_code(pool.add(add));
}

Reply initiate_release(const Request& request, DynamicCapacity& pool) {
  Reader reader(request.payload);
  InitiateDcRelease wanted;
  reader(wanted);
  capacity::ReleaseRequest release;
  release.host = HostId{wanted.host};
  release.removal = static_cast<capacity::Removal>(wanted.flags & policy_mask);
  release.forced = (wanted.flags & InitiateDcRelease::forced) != 0;
  release.sanitize = (wanted.flags & InitiateDcRelease::sanitize) != 0;
  release.length = wanted.length;
  release.tag.bytes = wanted.tag;
  if (!read_extents(reader, wanted.count, release.extents)) {
    return ReturnCode::invalid_payload_length;
  }
  return to_return_code(pool.request_release(release));
}

capacity::Tag tag_of(const Request& request) {
  capacity::Tag tag;
  Reader reader(request.payload);
  reader(tag.bytes);
  return tag;
}

std::array<std::uint8_t, 32> bitmap(const capacity::HostSet& hosts) {
  std::array<std::uint8_t, 32> bytes{};
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (hosts[i]) bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | 1u << (i % 8));
  }
  return bytes;
}

Reply list_tags(const Request& request, const DynamicCapacity& pool) {
  constexpr std::uint8_t both_bitmaps_valid = 0x03;
  constexpr std::uint8_t referenced = 1u << 0;
  const auto wanted = *decode<ListDcTags>(request.payload);
  const auto tags = pool.tags();
  if (wanted.start > tags.size()) return ReturnCode::invalid_input;
  const std::size_t count =
      std::min({std::size_t{wanted.max}, tags.size() - wanted.start,
                request.fitting(wire_size<DcTagRecord>(), wire_size<DcTagsHeader>())});
  Writer writer;
  writer(DcTagsHeader{pool.tags_generation(), static_cast<std::uint32_t>(tags.size()),
                      static_cast<std::uint32_t>(count), both_bitmaps_valid});
  for (std::size_t i = 0; i < count; ++i) {
    const auto& tag = tags[wanted.start + i];
    const std::uint8_t flags = tag.referenced ? referenced : 0;
    writer(DcTagRecord{tag.tag.bytes, flags, bitmap(tag.hosts), bitmap(tag.pending)});
  }
  return writer.take();
}

}  // namespace

void add_capacity_management(Cci& cci, DynamicCapacity& pool) {
  cci.add(Opcode::get_dcd_info, [&pool](const Request&) { return get_info(pool); });
  cci.add(Opcode::get_host_dc_region_configuration,
          [&pool](const Request& request) { return get_regions(request, pool); });
  cci.add(Opcode::set_dc_region_configuration,
          [&pool](const Request& request) { return set_region(request, pool); });
  cci.add(Opcode::get_dc_region_extent_lists,
          [&pool](const Request& request) { return get_extents(request, pool); });
  cci.add(Opcode::initiate_dc_add,
          [&pool](const Request& request) { return initiate_add(request, pool); });
  cci.add(Opcode::initiate_dc_release,
          [&pool](const Request& request) { return initiate_release(request, pool); });
  cci.add(Opcode::add_dc_reference, [&pool](const Request& request) {
    return to_return_code(pool.add_reference(tag_of(request)));
  });
  cci.add(Opcode::remove_dc_reference, [&pool](const Request& request) {
    return to_return_code(pool.remove_reference(tag_of(request)));
  });
  cci.add(Opcode::list_dc_tags,
          [&pool](const Request& request) { return list_tags(request, pool); });
}

}  // namespace cxlpool::command
