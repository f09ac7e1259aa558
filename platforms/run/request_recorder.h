// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "traffic/initiator.h"
#include "traffic/traces/binary_writer.h"

namespace cxlpool::platforms {

/// Writes a request trace: what became of every part of every request, in the order of answers.
class RequestRecorder {
 public:
  explicit RequestRecorder(const std::string& path) : writer_(path, traffic::TraceKind::request) {}

  void record(fabric::HostId host, const tlm::tlm_generic_payload& trans,
              const std::vector<fabric::AccessPart>& parts);
  void finish() { writer_.finish(); }
  std::uint64_t records() const { return writer_.records(); }

 private:
  traffic::TraceWriter writer_;
};

}  // namespace cxlpool::platforms
