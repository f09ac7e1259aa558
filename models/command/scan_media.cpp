// SPDX-License-Identifier: Apache-2.0
#include "models/command/scan_media.h"

#include <algorithm>
#include <limits>

namespace cxlpool::command {

namespace {

constexpr std::uint64_t line = PoisonList::line_bytes;
constexpr std::uint64_t source_mask = 7;
constexpr std::uint64_t lines_per_millisecond = 2000;
constexpr Nanoseconds millisecond = 1'000'000;
constexpr std::uint8_t failure_severity = 2;

std::uint64_t milliseconds(std::uint64_t lines) {
  return std::max<std::uint64_t>(1, lines / lines_per_millisecond);
}

EventRecord found_poison(const PoisonList::Record& record) {
  constexpr std::uint8_t uncorrectable = 1u << 0;
  constexpr std::uint8_t host_scan = 3;
  GeneralMediaEvent event;
  event.dpa = record.start;
  event.descriptor = uncorrectable;
  event.transaction = host_scan;
  return make_record(event, failure_severity);
}

}  // namespace

PoisonRecord to_wire(const PoisonList::Record& record) {
  return {record.start | (static_cast<std::uint64_t>(record.source) & source_mask),
          static_cast<std::uint32_t>(record.length / line)};
}

void ScanMedia::add_commands(Cci& cci) {
  cci.add(Opcode::get_scan_media_capabilities,
          [this](const Request& request) { return estimate(request); });
  cci.add(Opcode::scan_media, [this, &cci](const Request& request) { return scan(request, cci); });
  cci.add(Opcode::get_scan_media_results,
          [this](const Request& request) { return results(request); });
}

ReturnCode ScanMedia::check(const LineRange& range) const {
  if (range.start % line != 0) return ReturnCode::invalid_input;
  if (range.start > capacity_ || range.lines > (capacity_ - range.start) / line) {
    return ReturnCode::invalid_physical_address;
  }
  return ReturnCode::success;
}

Reply ScanMedia::estimate(const Request& request) const {
  const auto range = *decode<LineRange>(request.payload);
  const ReturnCode verdict = check(range);
  if (verdict != ReturnCode::success) return verdict;
  constexpr std::uint64_t longest = std::numeric_limits<std::uint32_t>::max();
  Writer writer;
  writer(static_cast<std::uint32_t>(std::min(milliseconds(range.lines), longest)));
  return writer.take();
}

Reply ScanMedia::scan(const Request& request, Cci& cci) {
  const auto wanted = *decode<ScanMediaRequest>(request.payload);
  const ReturnCode verdict = check(wanted.range);
  if (verdict != ReturnCode::success) return verdict;
  results_.clear();
  restart_ = {};
  scanned_ = stopped_ = false;
  in_progress_ = true;
  const auto complete = [this, wanted] {
    finish(wanted);
    return ReturnCode::success;
  };
  const auto aborted = [this, wanted] {
    in_progress_ = false;
    scanned_ = stopped_ = true;
    restart_ = wanted.range;
    return ReturnCode::aborted;
  };
  cci.background().start(Opcode::scan_media, milliseconds(wanted.range.lines) * millisecond,
                         complete, aborted);
  return ReturnCode::background_started;
}

void ScanMedia::finish(const ScanMediaRequest& request) {
  in_progress_ = false;
  scanned_ = true;
  poison_.rebuild();
  results_ = poison_.within(request.range.start, request.range.lines * line);
  if (request.flags & ScanMediaRequest::no_event_log) return;
  for (const auto& record : results_) events_.add(EventLog::failure, found_poison(record));
}

Reply ScanMedia::results(const Request& request) {
  if (in_progress_) return ReturnCode::busy;
  if (!scanned_) return ReturnCode::unsupported;
  const std::size_t most =
      request.fitting(wire_size<PoisonRecord>(), wire_size<ScanResultsHeader>());
  const std::size_t count = std::min(most, results_.size());
  ScanResultsHeader header;
  header.restart = restart_.start;
  header.restart_lines = restart_.lines;
  if (count < results_.size()) header.flags |= ScanResultsHeader::more;
  if (stopped_) header.flags |= ScanResultsHeader::stopped;
  header.count = static_cast<std::uint16_t>(count);
  Writer writer;
  writer(header);
  for (std::size_t i = 0; i < count; ++i) writer(to_wire(results_[i]));
  results_.erase(results_.begin(), results_.begin() + static_cast<std::ptrdiff_t>(count));
  return writer.take();
}

void ScanMedia::reset() {
  in_progress_ = scanned_ = stopped_ = false;
  restart_ = {};
  results_.clear();
}

void ScanMedia::save(Writer& state) const {
  state(in_progress_);
  state(scanned_);
  state(stopped_);
  state(restart_);
  for (const auto& record : results_) state(to_wire(record));
}

}  // namespace cxlpool::command
