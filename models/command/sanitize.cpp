// SPDX-License-Identifier: Apache-2.0
#include "models/command/sanitize.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cxlpool::command {

namespace {

struct OperationCode {
  std::uint8_t operation_class = 0;
  std::uint8_t subclass = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(operation_class), codec(subclass);
  }
};

constexpr OperationCode discovery{0, 0}, sanitize_ranges{1, 0}, zero_ranges{1, 1};
constexpr std::array<OperationCode, 3> operations{discovery, sanitize_ranges, zero_ranges};

bool is(const MediaOperation& operation, const OperationCode& code) {
  return operation.operation_class == code.operation_class && operation.subclass == code.subclass;
}

}  // namespace

Nanoseconds sanitize_duration(std::uint64_t bytes) {
  struct Step {
    std::uint64_t mib;
    Nanoseconds seconds;
  };
  constexpr Step steps[] = {{512, 4},      {1024, 8},      {2048, 15},     {4096, 30},
                            {8192, 60},    {16384, 120},   {32768, 240},   {65536, 480},
                            {131072, 900}, {262144, 1800}, {524288, 3600}, {1048576, 7200}};
  constexpr Nanoseconds longest_seconds = 14400;
  constexpr Nanoseconds second = 1'000'000'000;
  const std::uint64_t mib = bytes >> 20;
  for (const Step& step : steps) {
    if (mib <= step.mib) return step.seconds * second;
  }
  return longest_seconds * second;
}

Sanitizer::Sanitizer(MediaControl& media, const OwnMemory& memory, PoisonList& poison,
                     StaticCapacity& static_capacity, EventLogs& events)
    : media_(media),
      memory_(memory),
      poison_(poison),
      static_capacity_(static_capacity),
      events_(events) {}

void Sanitizer::add_commands(Cci& cci) {
  cci.add(Opcode::sanitize, [this, &cci](const Request&) { return sanitize(cci); });
  cci.add(Opcode::media_operations,
          [this, &cci](const Request& request) { return operate(request, cci); });
}

Reply Sanitizer::sanitize(Cci& cci) {
  std::uint64_t bytes = 0;
  for (const auto& range : memory_.ranges()) {
    if (!memory_.writable(range.base, range.length)) return ReturnCode::internal_error;
    bytes += range.length;
  }
  media_disabled_ = true;
  const auto complete = [this] { return finish(); };
  const auto aborted = [this] {
    media_disabled_ = false;
    return ReturnCode::aborted;
  };
  cci.background().start(Opcode::sanitize, sanitize_duration(bytes), complete, aborted);
  return ReturnCode::background_started;
}

ReturnCode Sanitizer::finish() {
  if (!media_disabled_) return ReturnCode::success;
  media_disabled_ = false;
  ReturnCode verdict = ReturnCode::success;
  for (const auto& range : memory_.ranges()) {
    if (memory_.writable(range.base, range.length)) {
      clear(range.base, range.length);
    } else {
      verdict = ReturnCode::internal_error;
    }
  }
  static_capacity_.clear_lsa();
  events_.discard();
  return verdict;
}

void Sanitizer::clear(std::uint64_t dpa, std::uint64_t length) {
  media_.clear(dpa, length);
  poison_.clear_range(dpa, length);
}

bool Sanitizer::clear_what_is_held(std::uint64_t dpa, std::uint64_t length) {
  if (memory_.writable(dpa, length)) {
    clear(dpa, length);
    return true;
  }
  for (const auto& held : memory_.ranges()) {
    const std::uint64_t begin = std::max(dpa, held.base), end = std::min(dpa + length, held.end());
    if (begin < end && memory_.writable(begin, end - begin)) clear(begin, end - begin);
  }
  return false;
}

Reply Sanitizer::operate(const Request& request, Cci& cci) {
  const auto operation = *decode<MediaOperation>(request.payload);
  if (is(operation, discovery)) return discover(request, operation);
  if (!is(operation, sanitize_ranges) && !is(operation, zero_ranges)) {
    return ReturnCode::unsupported;
  }
  std::vector<MediaRange> ranges;
  const ReturnCode verdict = read_ranges(request, operation, ranges);
  if (verdict != ReturnCode::success || ranges.empty()) return verdict;
  std::uint64_t bytes = 0;
  for (const MediaRange& range : ranges) bytes += range.length;
  const auto complete = [this, ranges = std::move(ranges)] {
    ReturnCode outcome = ReturnCode::success;
    for (const MediaRange& range : ranges) {
      if (!clear_what_is_held(range.dpa, range.length)) outcome = ReturnCode::internal_error;
    }
    return outcome;
  };
  cci.background().start(Opcode::media_operations, sanitize_duration(bytes), complete);
  return ReturnCode::background_started;
}

Reply Sanitizer::discover(const Request& request, const MediaOperation& operation) const {
  const auto wanted =
      decode<MediaOperationDiscovery>(request.payload.from(wire_size<MediaOperation>()));
  if (!wanted) return ReturnCode::invalid_payload_length;
  if (operation.ranges != 0 || std::size_t{wanted->start} + wanted->count > operations.size()) {
    return ReturnCode::invalid_input;
  }
  MediaOperationsHeader header;
  header.total = static_cast<std::uint16_t>(operations.size());
  header.returned = wanted->count;
  Writer writer;
  writer(header);
  for (std::size_t i = 0; i < wanted->count; ++i) writer(operations[wanted->start + i]);
  return writer.take();
}

ReturnCode Sanitizer::read_ranges(const Request& request, const MediaOperation& operation,
                                  std::vector<MediaRange>& ranges) const {
  Reader reader(request.payload.from(wire_size<MediaOperation>()));
  if (std::uint64_t{operation.ranges} * wire_size<MediaRange>() > reader.remaining()) {
    return ReturnCode::invalid_payload_length;
  }
  for (std::uint32_t i = 0; i < operation.ranges; ++i) {
    MediaRange range;
    reader(range);
    const bool whole_lines =
        range.dpa % PoisonList::line_bytes == 0 && range.length % PoisonList::line_bytes == 0;
    if (!whole_lines || range.length == 0) return ReturnCode::invalid_input;
    if (!memory_.writable(range.dpa, range.length)) return ReturnCode::invalid_physical_address;
    ranges.push_back(range);
  }
  return ReturnCode::success;
}

}  // namespace cxlpool::command
