// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/uniform.h"

namespace cxlpool::traffic {

RequestSource::Next UniformPattern::next(Request& request) {
  if (left_ == 0) return Next::done;
  --left_;
  shape_.draw(random_, request);
  const std::uint64_t alignment = shape_.alignment(request.size);
  const std::uint64_t first = shape_.first(request.size);
  const std::uint64_t places = (shape_.last(request.size) - first) / alignment + 1;
  request.address = first + alignment * random_.below(places);
  return Next::request;
}

}  // namespace cxlpool::traffic
