// SPDX-License-Identifier: Apache-2.0
#include "traffic/measurement.h"

#include <algorithm>

namespace cxlpool::traffic {

void Measurement::begin(timing::Picoseconds at) {
  from_ = at;
  counted_ = 0;
  latest_ = at;
  until_ = limit_;
  if (measure_.time != 0 && measure_.time < limit_ - std::min(limit_, at)) {
    until_ = at + measure_.time;
  }
  if (changed) changed();
}

bool Measurement::completed(timing::Picoseconds answered_at) {
  if (over_) return false;
  if (from_ == never) {
    latest_ = std::max(latest_, answered_at);
    if (++counted_ == warmup_.requests) begin(latest_);
    return false;
  }
  if (answered_at < from_ || answered_at >= until_) return false;
  latest_ = std::max(latest_, answered_at);
  if (measure_.requests != 0 && ++counted_ == measure_.requests) {
    over_ = true;
    until_ = latest_;
    if (changed) changed();
  }
  return true;
}

}  // namespace cxlpool::traffic
