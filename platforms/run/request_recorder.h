// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "traffic/initiator.h"
#include "traffic/traces/binary_writer.h"

namespace cxlpool::platforms {

/// Writes a request trace: what became of every part of every request, in the order of answers, and
/// in a timed run when the request was issued and answered.
class RequestRecorder {
 public:
  RequestRecorder(const std::string& path, bool timed)
      : writer_(path, timed ? traffic::TraceKind::timed_request : traffic::TraceKind::request),
        timed_(timed) {}

  void record(fabric::HostId host, const traffic::Answer& answer);
  void finish() { writer_.finish(); }
  std::uint64_t records() const { return writer_.records(); }

 private:
  traffic::TraceWriter writer_;
  bool timed_;
};

}  // namespace cxlpool::platforms
