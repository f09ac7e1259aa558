// SPDX-License-Identifier: Apache-2.0
#include "models/command/dynamic_capacity.h"

#include <algorithm>

#include "models/command/static_capacity.h"

namespace cxlpool::command {

namespace {

using capacity::DynamicCapacity;
using capacity::HostId;

DcRegionRecord region_record(const capacity::Region& region) {
  DcRegionRecord record;
  record.base = region.base;
  record.decode_length = region.decode_length / capacity_unit_bytes;
  record.length = region.length;
  record.block_size = region.block;
  record.dsmad_handle = region.dsmad_handle;
  record.flags = region.sanitize_on_release ? 1 : 0;
  return record;
}

Reply get_configuration(const Request& request, const DynamicCapacity& pool, HostId host) {
  const auto wanted = *decode<GetDcConfiguration>(request.payload);
  const auto& regions = pool.regions();
  if (wanted.start >= regions.size()) return ReturnCode::invalid_input;
  const std::size_t others = wire_size<DcConfigurationHeader>() + wire_size<DcFigures>();
  const std::size_t count = std::min({std::size_t{wanted.count}, regions.size() - wanted.start,
                                      request.fitting(wire_size<DcRegionRecord>(), others)});
  Writer writer;
  writer(DcConfigurationHeader{static_cast<std::uint8_t>(regions.size()),
                               static_cast<std::uint8_t>(count)});
  for (std::size_t i = 0; i < count; ++i) writer(region_record(regions[wanted.start + i]));
  writer(figures(pool, host));
  return writer.take();
}

Reply get_extent_list(const Request& request, const DynamicCapacity& pool, HostId host) {
  const auto wanted = *decode<GetDcExtentList>(request.payload);
  const std::size_t total = pool.accepted_count(host);
  if (wanted.start > total) return ReturnCode::invalid_input;
  const std::size_t most =
      request.fitting(wire_size<ExtentRecord>(), wire_size<DcExtentListHeader>());
  const auto extents = pool.accepted(host, wanted.start, std::min(most, std::size_t{wanted.count}));
  Writer writer;
  writer(DcExtentListHeader{static_cast<std::uint32_t>(extents.size()),
                            static_cast<std::uint32_t>(total), pool.generation(host)});
  for (const auto& extent : extents) writer(to_wire(extent));
  return writer.take();
}

/// The list of 4802h or 4803h; false when the payload is too short for it.
bool read_list(const Request& request, UpdatedExtentsHeader& header,
               std::vector<capacity::DpaRange>& list) {
  Reader reader(request.payload);
  reader(header);
  if (header.count * std::uint64_t{wire_size<UpdatedExtent>()} > reader.remaining()) return false;
  list.reserve(header.count);
  for (std::uint32_t i = 0; i < header.count; ++i) {
    UpdatedExtent entry;
    reader(entry);
    list.push_back({entry.start_dpa, entry.length});
  }
  return true;
}

Reply respond(const Request& request, DynamicCapacity& pool, HostId host) {
  UpdatedExtentsHeader header;
  std::vector<capacity::DpaRange> list;
  if (!read_list(request, header, list)) return ReturnCode::invalid_payload_length;
  const bool more = (header.flags & UpdatedExtentsHeader::more) != 0;
  return to_return_code(pool.respond(host, list, more));
}

Reply release(const Request& request, DynamicCapacity& pool, HostId host) {
  UpdatedExtentsHeader header;
  std::vector<capacity::DpaRange> list;
  if (!read_list(request, header, list)) return ReturnCode::invalid_payload_length;
  if (list.empty()) return ReturnCode::invalid_input;
  return to_return_code(pool.release(host, list));
}

}  // namespace

void add_dynamic_capacity(Cci& cci, DynamicCapacity& pool, HostId host) {
  cci.add(Opcode::get_dc_configuration,
          [&pool, host](const Request& request) { return get_configuration(request, pool, host); });
  cci.add(Opcode::get_dc_extent_list,
          [&pool, host](const Request& request) { return get_extent_list(request, pool, host); });
  cci.add(Opcode::add_dc_response,
          [&pool, host](const Request& request) { return respond(request, pool, host); });
  cci.add(Opcode::release_dc,
          [&pool, host](const Request& request) { return release(request, pool, host); });
}

DynamicCapacityEvent to_wire(const capacity::CapacityEvent& event) {
  DynamicCapacityEvent record;
  record.event_type = static_cast<std::uint8_t>(event.type);
  record.validity = DynamicCapacityEvent::extents_available_valid;
  record.host = static_cast<std::uint16_t>(event.host);
  record.updated_region = event.region;
  record.flags = event.more ? DynamicCapacityEvent::more : 0;
  record.extent = to_wire(event.extent);
  record.extents_available = event.extents_available;
  return record;
}

void log_event(EventLogs& events, const capacity::CapacityEvent& event) {
  events.add(EventLog::dynamic_capacity, make_record(to_wire(event)));
}

ReturnCode to_return_code(capacity::Refusal refusal, bool configuring) {
  using capacity::Refusal;
  switch (refusal) {
    case Refusal::none:
      return ReturnCode::success;
    case Refusal::unknown_region:
      return configuring ? ReturnCode::unsupported : ReturnCode::invalid_input;
    case Refusal::region_in_use:
      return ReturnCode::unsupported;
    case Refusal::already_held:
    case Refusal::zero_length:
    case Refusal::misaligned:
    case Refusal::list_overlap:
    case Refusal::in_use:
    case Refusal::several_extents:
    case Refusal::not_the_backend:
      return ReturnCode::invalid_extent_list;
    case Refusal::outside_regions:
    case Refusal::not_offered:
    case Refusal::not_accepted:
    case Refusal::still_pending:
    case Refusal::part_of_a_backend:
      return ReturnCode::invalid_physical_address;
    case Refusal::extents_exhausted:
    case Refusal::tags_exhausted:
    case Refusal::capacity_exhausted:
    case Refusal::tag_exhausted:
      return ReturnCode::resources_exhausted;
    default:
      return ReturnCode::invalid_input;
  }
}

ExtentRecord to_wire(const capacity::Extent& extent) {
  return {extent.dpa, extent.length, extent.tag.bytes, extent.sequence};
}

capacity::Extent from_wire(const ExtentRecord& record) {
  return {record.start_dpa, record.length, capacity::Tag{record.tag}, record.sequence};
}

DcFigures figures(const DynamicCapacity& pool, HostId host) {
  return {pool.extents_supported(), pool.extents_available(host), pool.tags_supported(),
          pool.tags_available()};
}

}  // namespace cxlpool::command
