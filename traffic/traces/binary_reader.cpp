// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/binary_reader.h"

#include <utility>

#include <fmt/format.h>

namespace cxlpool::traffic {

using namespace binary_format;

BinaryTraceReader::BinaryTraceReader(ByteStream stream) : stream_(std::move(stream)) {
  const std::string_view start = stream_.peek(magic.size()).substr(0, magic.size());
  if (start != magic) fail("not a binary trace", "the magic bytes \\x89CXLTRC\\n");
  stream_.consume(magic.size());
  const std::uint8_t found = byte();
  if (found != version) {
    fail(fmt::format("format version {}", found), fmt::format("version {}", version));
  }
  const std::uint8_t kind = byte();
  if (kind > 2) {
    fail(fmt::format("trace kind {}", kind), "0 (access), 1 (request) or 2 (timed request)");
  }
  kind_ = static_cast<TraceKind>(kind);
}

std::string BinaryTraceReader::position() const {
  return fmt::format("{}: record {}, byte {}", stream_.path(), records_, start_);
}

void BinaryTraceReader::fail(const std::string& problem, const std::string& expected) const {
  throw TraceError(position(), problem, expected);
}

std::uint8_t BinaryTraceReader::byte() {
  std::uint8_t value = 0;
  if (!stream_.get(value)) {
    fail(fmt::format("the trace ends at byte {} without an end marker", stream_.offset()),
         "the rest of the trace: it was cut short, or its writer never finished");
  }
  return value;
}

std::uint64_t BinaryTraceReader::varint() {
  std::uint64_t value = 0;
  for (unsigned count = 0; count < max_varint_bytes; ++count) {
    const std::uint8_t part = byte();
    const bool overflows = count + 1 == max_varint_bytes && part > 1;
    if (overflows || (count > 0 && part == 0)) break;
    value |= std::uint64_t{part & 0x7Fu} << (7 * count);
    if ((part & 0x80) == 0) return value;
  }
  fail("a number is longer than 64 bits or than needed", "the shortest varint");
}

std::uint32_t BinaryTraceReader::index(const char* what) {
  const std::uint64_t value = varint();
  if (value > UINT32_MAX) {
    fail(fmt::format("{} {} is out of range", what, value), fmt::format("at most {}", UINT32_MAX));
  }
  return static_cast<std::uint32_t>(value);
}

bool BinaryTraceReader::next(TraceRecord& record) {
  if (done_) return false;
  start_ = stream_.offset();
  ++records_;
  const std::uint8_t tag = byte();
  if (tag == end_marker) {
    --records_;
    read_end();
    return false;
  }
  if ((tag & tag_reserved) != 0) {
    fail(fmt::format("record tag {:#04x} has reserved bits set", tag), "bits 7:5 clear");
  }
  record.op = (tag & tag_write) != 0 ? Op::write : Op::read;
  record.enables = (tag & tag_alternate) != 0 ? ByteEnables::alternate : ByteEnables::all;

  record.size = state_.size;
  if ((tag & tag_size) != 0) {
    const std::uint64_t size = varint();
    if (size == 0 || size > max_request_bytes || size == state_.size) {
      fail(fmt::format("size {}", size),
           fmt::format("a new size of 1 to {} bytes", max_request_bytes));
    }
    record.size = static_cast<std::uint32_t>(size);
  }

  const bool has_host = (tag & tag_has_host) != 0;
  if ((tag & tag_host) != 0 && !has_host) fail("a host index without the host bit", "both");
  record.host.reset();
  if (has_host) record.host = state_.host;
  if ((tag & tag_host) != 0) {
    record.host = index("host");
    if (*record.host == state_.host) fail("the host is repeated", "a new host");
  }

  record.address = state_.address + unzigzag(varint());
  if (!fits_address_space(record.address, record.size)) {
    fail(fmt::format("{} bytes at {:#x} wrap around", record.size, record.address),
         "addresses of 64 bits");
  }
  record.completion.reset();
  if (is_request(kind_)) {
    if (!has_host) fail("a request record without host", "the host bit");
    read_completion(record);
  }
  if (kind_ == TraceKind::timed_request) read_times(record);
  state_.update(record);
  return true;
}

void BinaryTraceReader::read_completion(TraceRecord& record) {
  const std::uint8_t outcome = byte();
  const unsigned status = outcome & outcome_status;
  if ((outcome & outcome_reserved) != 0 || status >= trace_status_names.size()) {
    fail(fmt::format("outcome {:#04x}", outcome), "a known status and bits 7:6 clear");
  }
  record.completion = Completion{static_cast<TraceStatus>(status), std::nullopt, std::nullopt};
  const bool has_place = (outcome & outcome_has_place) != 0;
  const bool new_device = (outcome & outcome_device) != 0;
  if (new_device && !has_place) fail("a device index without the place bit", "both");
  if (!has_place) return;
  DevicePlace place;
  place.device = state_.device;
  if (new_device) {
    place.device = index("device");
    if (place.device == state_.device) fail("the device is repeated", "a new device");
  }
  place.dpa = state_.dpa + unzigzag(varint());
  record.completion->place = place;
}

void BinaryTraceReader::read_times(TraceRecord& record) {
  Times times;
  times.issued_ps = state_.issued_ps + unzigzag(varint());
  const std::uint64_t taken = varint();
  if (taken > UINT64_MAX - times.issued_ps) {
    fail(fmt::format("{} ps from {} ps on", taken, times.issued_ps), "times of 64 bits");
  }
  times.answered_ps = times.issued_ps + taken;
  record.completion->times = times;
}

void BinaryTraceReader::read_end() {
  const std::uint64_t count = varint();
  if (count != records_) {
    fail(fmt::format("the end marker counts {} records", count), fmt::format("{}", records_));
  }
  std::uint8_t extra = 0;
  if (stream_.get(extra)) {
    fail(fmt::format("data follows the end marker at byte {}", stream_.offset() - 1),
         "nothing: one trace a file");
  }
  done_ = true;
}

}  // namespace cxlpool::traffic
