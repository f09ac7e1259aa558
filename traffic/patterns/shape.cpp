// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/shape.h"

#include <algorithm>

#include <fmt/format.h>

namespace cxlpool::traffic {
namespace {

constexpr std::uint64_t address_limit = std::uint64_t{1} << 63;  // sums of two never wrap

void check_size(std::uint32_t size) {
  if (size == 0 || size > max_request_bytes) {
    throw PatternError("sizes",
                       fmt::format("expected 1 to {} bytes, got {}", max_request_bytes, size));
  }
}

}  // namespace

void check_range(const PatternOptions& options) {
  if (options.size == 0) throw PatternError("size", "expected a range of at least 1 byte, got 0");
  if (options.size > address_limit || options.base > address_limit - options.size) {
    throw PatternError("size",
                       fmt::format("{:#x} bytes at {:#x} reach beyond the last address {:#x}",
                                   options.size, options.base, address_limit - 1));
  }
}

void refuse_shaping(const PatternOptions& options, const char* pattern) {
  for (const auto& [name, set] : {std::pair{"unaligned", options.unaligned},
                                  std::pair{"byte_enables", options.byte_enables}}) {
    if (set) {
      throw PatternError(name, fmt::format("{} places its own accesses; use it with sequential, "
                                           "strided, uniform or zipf",
                                           pattern));
    }
  }
}

std::uint32_t only_size(const PatternOptions& options, const char* pattern) {
  if (options.sizes.size() != 1) {
    throw PatternError(
        "sizes", fmt::format("{} takes exactly one size, got {}", pattern, options.sizes.size()));
  }
  check_size(options.sizes.front());
  return options.sizes.front();
}

AccessShape::AccessShape(const PatternOptions& options)
    : base_(options.base),
      end_(options.base + options.size),
      sizes_(options.sizes),
      read_percent_(options.read_percent),
      unaligned_(options.unaligned),
      byte_enables_(options.byte_enables) {
  check_range(options);
  if (read_percent_ > 100) {
    throw PatternError("read_percent", fmt::format("expected 0 to 100, got {}", read_percent_));
  }
  if (sizes_.empty()) throw PatternError("sizes", "expected at least one access size, got none");
  for (const std::uint32_t size : sizes_) {
    check_size(size);
    if (size > options.size || first(size) > end_ - size) {
      throw PatternError(
          "sizes", fmt::format("no aligned access of {} bytes fits {:#x} bytes at {:#x}", size,
                               options.size, options.base));
    }
    largest_ = std::max(largest_, size);
  }
}

void AccessShape::draw(Random& random, Request& request) {
  request.op = random.chance(read_percent_) ? Op::read : Op::write;
  request.size = sizes_.size() == 1 ? sizes_.front() : sizes_[random.below(sizes_.size())];
  request.enables = ByteEnables::all;
  if (byte_enables_ && request.op == Op::write) {
    request.enables = enable_all_ ? ByteEnables::all : ByteEnables::alternate;
    enable_all_ = !enable_all_;
  }
}

}  // namespace cxlpool::traffic
