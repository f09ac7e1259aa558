// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/pointer_chase.h"

#include <numeric>
#include <utility>

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
  if (lines == 0 || lines > PointerChasePattern::max_lines) {
    throw PatternError("size", fmt::format("pointer_chase takes 1 to {} aligned lines of 64 bytes, "
                                           "this range holds {}",
                                           PointerChasePattern::max_lines, lines));
  }
  return lines;
}

}  // namespace

PointerChasePattern::PointerChasePattern(const PatternOptions& options)
    : first_(align_up(options.base, line_bytes)), cycle_(count_lines(options)) {
  std::iota(cycle_.begin(), cycle_.end(), 0u);
  Random random(options.seed);
  for (std::size_t line = cycle_.size() - 1; line > 0; --line) {
    std::swap(cycle_[line], cycle_[random.below(line)]);
  }
  unwritten_ = options.seeded ? cycle_.size() : 0;
  reads_left_ = options.requests != 0 ? options.requests : cycle_.size();
  accesses_ = cycle_.size() - unwritten_ + reads_left_;
  current_ = first_;
}

std::uint64_t PointerChasePattern::pointer_at(std::uint64_t line_address) const {
  return address(cycle_[(line_address - first_) / line_bytes]);
}

RequestSource::Next PointerChasePattern::next(Request& request) {
  if (unwritten_ < cycle_.size()) {
    request = {Op::write, ByteEnables::all, line_bytes, address(unwritten_)};
    ++unwritten_;
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
