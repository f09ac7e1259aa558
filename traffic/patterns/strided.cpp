// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/strided.h"

#include <algorithm>

#include <fmt/format.h>

namespace cxlpool::traffic {

StridedPattern::StridedPattern(const PatternOptions& options)
    : shape_(options),
      random_(options.seed),
      stride_(options.stride),
      lane_bytes_(power_of_two_at_least(shape_.largest())),
      lane_(0),
      cursor_(options.base),
      requests_(options.requests),
      left_(0) {
  if (stride_ == 0 || stride_ > options.size) {
    throw PatternError(
        "stride", fmt::format("expected 1 to {} bytes, the size of the range, got {}", options.size,
                              stride_));
  }
  if (requests_ == 0) {
    requests_ = (shape_.last(shape_.largest()) - shape_.first(shape_.largest())) / stride_ + 1;
  }
  left_ = requests_;
  if (options.unaligned) {
    const std::uint64_t room = shape_.last(shape_.largest()) - options.base + 1;
    lane_ = random_.below(std::min({room, lane_bytes_, stride_}));
    cursor_ += lane_;
  }
}

RequestSource::Next StridedPattern::next(Request& request) {
  if (left_ == 0) return Next::done;
  --left_;
  shape_.draw(random_, request);
  const std::uint64_t alignment = shape_.alignment(request.size);
  const std::uint64_t last = shape_.last(request.size);
  if (align_up(cursor_, alignment) > last) {
    lane_ = (lane_ + lane_bytes_) % stride_;
    cursor_ = shape_.base() + lane_;
    if (align_up(cursor_, alignment) > last) {
      lane_ = 0;
      cursor_ = shape_.base();
    }
  }
  request.address = align_up(cursor_, alignment);
  cursor_ += stride_;
  return Next::request;
}

}  // namespace cxlpool::traffic
