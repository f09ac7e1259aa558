// SPDX-License-Identifier: Apache-2.0
#include "traffic/trace_source.h"

#include <utility>

#include <fmt/format.h>

namespace cxlpool::traffic {

TraceSource::TraceSource(std::unique_ptr<TraceReader> reader, AddressMap map, Options options)
    : reader_(std::move(reader)), map_(std::move(map)), options_(options) {}

RequestSource::Next TraceSource::next(Request& request) {
  if (taken_ == record_.size && !read_record()) return Next::done;
  take_piece(request);
  return Next::request;
}

bool TraceSource::read_record() {
  if (options_.records != 0 && records_ == options_.records) return false;
  taken_ = 0;
  do {
    if (!reader_->next(record_)) {
      record_.size = 0;
      if (options_.records == 0) return false;
      throw TraceError(reader_->position(),
                       fmt::format("the trace ends after {} records", records_),
                       fmt::format("{}, as asked for", options_.records));
    }
  } while (options_.host && record_.host && *record_.host != *options_.host);
  ++records_;
  return true;
}

void TraceSource::take_piece(Request& request) {
  const std::uint64_t address = record_.address + taken_;
  request.op = record_.op;
  request.enables = record_.enables;
  request.size = map_.contiguous(address, record_.size - taken_);
  const MapResult mapped = map_.map(address, request.size);
  if (mapped.status != MapStatus::ok) {
    throw TraceError(reader_->position(), map_.describe(mapped.status, address, request.size), "");
  }
  request.address = mapped.hpa;
  taken_ += request.size;
  // Every other byte is enabled, beginning with the first of a request: a piece may only begin at
  // an even byte of the record, and the odd one before it is disabled anyway.
  if (record_.enables == ByteEnables::alternate && taken_ % 2 != 0 && taken_ < record_.size) {
    ++taken_;
  }
}

}  // namespace cxlpool::traffic
