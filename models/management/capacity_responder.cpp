// SPDX-License-Identifier: Apache-2.0
#include "models/management/capacity_responder.h"

#include <algorithm>
#include <utility>

#include "models/capacity/listener.h"
#include "models/command/dc_payloads.h"
#include "models/command/event_logs.h"

namespace cxlpool::management {

using capacity::DpaRange;
using capacity::EventType;
using command::Bytes;
using command::ByteView;
using command::Opcode;
using command::Reply;
using command::ReturnCode;

namespace {

constexpr auto dc_log = static_cast<std::uint8_t>(command::EventLog::dynamic_capacity);
/// Handles and entries of one message; the rest goes into further ones.
constexpr std::size_t most_handles = 64;
constexpr std::uint8_t msi = 1;

Bytes answer_of(const std::vector<DpaRange>& ranges) {
  command::UpdatedExtentsHeader header;
  header.count = static_cast<std::uint32_t>(ranges.size());
  Bytes payload = encode(header);
  for (const DpaRange& range : ranges) {
    const Bytes entry = encode(command::UpdatedExtent{range.base, range.length});
    payload.insert(payload.end(), entry.begin(), entry.end());
  }
  return payload;
}

}  // namespace

CapacityResponder::CapacityResponder(Policy policy, Send send)
    : policy_(policy), send_(std::move(send)) {}

void CapacityResponder::start() {
  send_(Opcode::set_event_interrupt_policy, Bytes(command::event_log_count, msi));
  const Reply reply =
      send_(Opcode::get_dc_configuration, encode(command::GetDcConfiguration{0xFF, 0}));
  const ByteView answer = reply.payload;
  const auto header = command::decode<command::DcConfigurationHeader>(answer);
  if (!header) return;
  const std::size_t size = command::wire_size<command::DcRegionRecord>();
  regions_.clear();
  std::size_t offset = command::wire_size<command::DcConfigurationHeader>();
  for (unsigned i = 0; i < header->returned; ++i, offset += size) {
    const auto region = command::decode<command::DcRegionRecord>(answer.from(offset));
    if (region) regions_.push_back({{region->base, region->length}, region->block_size});
  }
  const auto limits = command::decode<command::DcFigures>(answer.from(offset));
  if (limits) extents_supported_ = limits->extents_supported;
}

void CapacityResponder::handle_events() {
  for (bool more = true; more;) {
    std::optional<std::size_t> lost;
    more = take_events(lost);
    answer_offers();
    give_back();
    if (lost) refuse_what_was_lost(*lost);
  }
}

/// Notes what the next records of the log ask for, and clears them; `lost` is how many there was no
/// room for, if any. Returns false once there are none, or the log could not be read.
bool CapacityResponder::take_events(std::optional<std::size_t>& lost) {
  const Reply reply = send_(Opcode::get_event_records, {dc_log});
  const bool was_unread = std::exchange(unread_, reply.code == ReturnCode::media_disabled);
  const ByteView answer = reply.payload;
  const auto header = command::decode<command::EventRecordsHeader>(answer);
  if (!header) return false;
  if (header->count == 0) {
    // A sanitize has discarded what came meanwhile.
    if (was_unread) refuse_what_was_lost(extents_supported_);
    return false;
  }
  if ((header->flags & command::EventRecordsHeader::overflow) != 0) lost = header->overflow_count;
  std::vector<command::EventRecord> records;
  std::vector<std::uint16_t> handles;
  std::size_t offset = command::wire_size<command::EventRecordsHeader>();
  for (unsigned i = 0; i < header->count; ++i, offset += command::EventRecord::size_bytes) {
    const auto record = command::decode<command::EventRecord>(answer.from(offset));
    if (!record) return false;
    records.push_back(*record);
    handles.push_back(record->handle);
  }
  clear(handles);  // first: an answer may lead to further records
  for (const auto& record : records) {
    if (const auto event = command::body_of<command::DynamicCapacityEvent>(record)) handle(*event);
  }
  return true;
}

/// Records that are gone may have been offers, whole or their ends: nobody can tell which, so all
/// that is open is refused. An answer to nothing is granted.
void CapacityResponder::refuse_what_was_lost(std::size_t records) {
  offered_.clear();
  offers_.clear();
  for (std::size_t i = 0; i <= records; ++i) send_(Opcode::add_dc_response, answer_of({}));
}

void CapacityResponder::clear(const std::vector<std::uint16_t>& handles) {
  for (std::size_t first = 0; first < handles.size(); first += most_handles) {
    const std::size_t count = std::min(most_handles, handles.size() - first);
    command::ClearEventsHeader header;
    header.log = dc_log;
    header.count = static_cast<std::uint8_t>(count);
    Bytes payload = encode(header);
    for (std::size_t i = 0; i < count; ++i) {
      payload.push_back(static_cast<std::uint8_t>(handles[first + i] & 0xFF));
      payload.push_back(static_cast<std::uint8_t>(handles[first + i] >> 8));
    }
    send_(Opcode::clear_event_records, payload);
  }
}

void CapacityResponder::handle(const command::DynamicCapacityEvent& event) {
  const DpaRange range{event.extent.start_dpa, event.extent.length};
  switch (static_cast<EventType>(event.event_type)) {
    case EventType::add:
      offered_.push_back(range);
      if ((event.flags & command::DynamicCapacityEvent::more) != 0) return;
      offers_.push_back(std::move(offered_));
      offered_.clear();
      return;
    case EventType::release:
      returns_.push_back(range);
      return;
    default:
      return;  // gone already, or news for others
  }
}

/// An answer is for the oldest request, so that one that cannot be given now holds up the others.
void CapacityResponder::answer_offers() {
  for (; !offers_.empty(); offers_.pop_front()) {
    const ReturnCode code = send_(Opcode::add_dc_response, answer_of(chosen(offers_.front()))).code;
    if (code == ReturnCode::media_disabled) return;
    // A device may not take a part; then it gets nothing, so that the next request has its turn.
    if (code != ReturnCode::success) send_(Opcode::add_dc_response, answer_of({}));
  }
}

void CapacityResponder::give_back() {
  for (; !returns_.empty(); returns_.pop_front()) {
    const ReturnCode code = send_(Opcode::release_dc, answer_of({returns_.front()})).code;
    if (code == ReturnCode::media_disabled) return;
  }
}

std::vector<DpaRange> CapacityResponder::chosen(std::vector<DpaRange> offered) const {
  if (policy_ == Policy::refuse) return {};
  if (policy_ == Policy::accept) return offered;
  for (DpaRange& range : offered) {
    const std::uint64_t block = block_at(range.base);
    const std::uint64_t blocks = range.length / block;
    range.length = (blocks + 1) / 2 * block;
  }
  return offered;
}

std::uint64_t CapacityResponder::block_at(std::uint64_t dpa) const {
  for (const Region& region : regions_) {
    if (region.range.contains(dpa)) return region.block;
  }
  return 1;
}

}  // namespace cxlpool::management
