// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/sequential.h"

#include <algorithm>

namespace cxlpool::traffic {

SequentialPattern::SequentialPattern(const PatternOptions& options)
    : shape_(options),
      random_(options.seed),
      requests_(options.requests != 0 ? options.requests : shape_.places()),
      left_(requests_),
      cursor_(options.base) {
  if (options.unaligned) {
    const std::uint64_t room = shape_.last(shape_.largest()) - options.base + 1;
    cursor_ += random_.below(std::min<std::uint64_t>(room, shape_.largest()));
  }
}

RequestSource::Next SequentialPattern::next(Request& request) {
  if (left_ == 0) return Next::done;
  --left_;
  shape_.draw(random_, request);
  std::uint64_t address = align_up(cursor_, shape_.alignment(request.size));
  if (address > shape_.last(request.size)) address = shape_.first(request.size);
  request.address = address;
  cursor_ = address + request.size;
  return Next::request;
}

}  // namespace cxlpool::traffic
