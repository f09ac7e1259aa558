// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/pointer_chase.h"

#include <algorithm>

#include <fmt/format.h>

#include "traffic/data.h"
#include "traffic/patterns/shape.h"

namespace cxlpool::traffic {
namespace {

std::uint64_t count_lines(const PatternOptions& options) {
  check_range(options);
  refuse_shaping(options, "pointer_chase");
  if (only_size(options, "pointer_chase") != PointerChasePattern::line_bytes) {
    throw PatternError("sizes", fmt::format("pointer_chase reads lines of 64 bytes, got {}",
                                            options.sizes.front()));
  }
  const std::uint64_t first = align_up(options.base, PointerChasePattern::line_bytes);
  const std::uint64_t end = options.base + options.size;
  const std::uint64_t lines = first < end ? (end - first) / PointerChasePattern::line_bytes : 0;
  if (lines == 0) {
    throw PatternError("size", fmt::format("expected room for an aligned line of 64 bytes, got {} "
                                           "bytes at {:#x}",
                                           options.size, options.base));
  }
  return lines;
}

}  // namespace

PointerChasePattern::PointerChasePattern(const PatternOptions& options)
    : first_(align_up(options.base, line_bytes)), cycle_(count_lines(options), options.seed) {
  reads_left_ = options.requests != 0 ? options.requests : cycle_.count();
  writes_left_ = options.seeded ? 0 : std::min(reads_left_, cycle_.count());
  accesses_ = writes_left_ + reads_left_;
  written_ = current_ = first_;
}

std::uint64_t PointerChasePattern::pointer_at(std::uint64_t line_address) const {
  const std::uint64_t place = cycle_.place_of((line_address - first_) / line_bytes);
  return address(cycle_.at(place + 1 == cycle_.count() ? 0 : place + 1));
}

RequestSource::Next PointerChasePattern::next(Request& request) {
  if (writes_left_ > 0) {
    request = {Op::write, ByteEnables::all, line_bytes, written_};
    written_ = pointer_at(written_);
    --writes_left_;
    return Next::request;
  }
  if (reads_left_ == 0) return Next::done;
  if (waiting_) return Next::wait;
  --reads_left_;
  waiting_ = true;
  request = {Op::read, ByteEnables::all, line_bytes, current_};
  return Next::request;
}

void PointerChasePattern::fill(const Request& request, std::uint64_t serial, std::uint8_t* data) {
  RequestSource::fill(request, serial, data);
  store_word(data, pointer_at(request.address));
}

bool PointerChasePattern::observe(const Request& request, const std::uint8_t* data,
                                  Mismatch& mismatch) {
  const std::uint64_t expected = pointer_at(request.address);
  const std::uint64_t got = load_word(data);
  current_ = expected;
  waiting_ = false;
  if (got == expected) return true;
  mismatch = {request.address, expected, got};
  return false;
}

}  // namespace cxlpool::traffic
