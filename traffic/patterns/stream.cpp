// SPDX-License-Identifier: Apache-2.0
#include "traffic/patterns/stream.h"

#include <fmt/format.h>

#include "traffic/patterns/shape.h"

namespace cxlpool::traffic {

StreamPattern::StreamPattern(StreamKernel kernel, const PatternOptions& options) {
  check_range(options);
  refuse_shaping(options, "stream");
  size_ = only_size(options, "stream");
  switch (kernel) {  // copy uses a and c, scale b and c: the two arrays there are
    case StreamKernel::copy:
      steps_[0] = {Op::read, 0}, steps_[1] = {Op::write, 1}, step_count_ = 2;
      break;
    case StreamKernel::scale:
      steps_[0] = {Op::read, 1}, steps_[1] = {Op::write, 0}, step_count_ = 2;
      break;
    case StreamKernel::add:
      steps_[0] = {Op::read, 0}, steps_[1] = {Op::read, 1}, steps_[2] = {Op::write, 2};
      step_count_ = 3;
      break;
    case StreamKernel::triad:
      steps_[0] = {Op::read, 1}, steps_[1] = {Op::read, 2}, steps_[2] = {Op::write, 0};
      step_count_ = 3;
      break;
  }
  const bool power_of_two = (size_ & (size_ - 1)) == 0;
  first_ = align_up(options.base, power_of_two ? size_ : 1);
  const std::uint64_t end = options.base + options.size;
  elements_ = first_ < end ? (end - first_) / size_ / step_count_ : 0;
  if (elements_ == 0) {
    throw PatternError("size", fmt::format("no room for {} arrays of aligned {}-byte elements",
                                           step_count_, size_));
  }
  requests_ = options.requests != 0 ? options.requests : elements_ * step_count_;
  left_ = requests_;
}

RequestSource::Next StreamPattern::next(Request& request) {
  if (left_ == 0) return Next::done;
  --left_;
  const Step step = steps_[step_];
  request = {step.op, ByteEnables::all, size_,
             first_ + (step.array * elements_ + element_) * size_};
  if (++step_ == step_count_) {
    step_ = 0;
    if (++element_ == elements_) element_ = 0;
  }
  return Next::request;
}

}  // namespace cxlpool::traffic
