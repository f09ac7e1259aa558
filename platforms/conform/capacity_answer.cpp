// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/capacity_answer.h"

#include <algorithm>

#include "models/command/opcode.h"

namespace cxlpool::platforms {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t timestamp_bytes = 8;

// Get Event Records (sources.md 4.12).
constexpr std::size_t events_header = 0x20, event_record = 0x80, event_timestamp = 0x18;
constexpr std::size_t first_overflow = 0x04, last_overflow = 0x0C;

constexpr std::size_t extent_record = 0x28;

/// A timestamp as whether there is one.
void flatten(Bytes& bytes, std::size_t at) {
  if (at + timestamp_bytes > bytes.size()) return;
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const auto end = begin + timestamp_bytes;
  const bool set = std::any_of(begin, end, [](std::uint8_t byte) { return byte != 0; });
  std::fill(begin, end, set ? 1 : 0);
}

void flatten_timestamps(Bytes& bytes, std::size_t from) {
  flatten(bytes, from + first_overflow);
  flatten(bytes, from + last_overflow);
  for (std::size_t at = from + events_header; at < bytes.size(); at += event_record) {
    flatten(bytes, at + event_timestamp);
  }
}

void sort_records(Bytes& bytes, std::size_t from) {
  std::vector<Bytes> records;
  for (std::size_t at = from; at + extent_record <= bytes.size(); at += extent_record) {
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    records.emplace_back(begin, begin + extent_record);
  }
  std::sort(records.begin(), records.end());
  for (const Bytes& record : records) {
    std::copy(record.begin(), record.end(), bytes.begin() + static_cast<std::ptrdiff_t>(from));
    from += extent_record;
  }
}

Bytes normal_form(std::uint16_t opcode, std::size_t from, Bytes bytes) {
  switch (static_cast<command::Opcode>(opcode)) {
    case command::Opcode::get_event_records:
      flatten_timestamps(bytes, from);
      break;
    case command::Opcode::get_dc_extent_list:
      sort_records(bytes, from + 0x10);
      break;
    case command::Opcode::get_dc_region_extent_lists:
      sort_records(bytes, from + 0x18);
      break;
    default:
      break;
  }
  return bytes;
}

}  // namespace

bool is_expected(std::uint16_t opcode, std::size_t skipped, const ExpectedBytes& expected,
                 const std::vector<std::uint8_t>& got) {
  if (expected.bytes.size() != got.size()) return false;
  const Bytes wanted = normal_form(opcode, skipped, expected.bytes);
  const Bytes here = normal_form(opcode, skipped, got);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (expected.compared[i] && wanted[i] != here[i]) return false;
  }
  return true;
}

}  // namespace cxlpool::platforms
