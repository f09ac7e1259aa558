// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <systemc>

#include "platforms/run/activity.h"

namespace cxlpool::platforms {

/// A value change dump (VCD) of every level of an Activity, by sc_trace: requests in flight of each
/// host, messages that wait at each station.
class ValueDump {
 public:
  /// Before the simulation begins. Throws std::runtime_error when the file cannot be written.
  ValueDump(std::string path, const Activity& activity);
  ~ValueDump();
  ValueDump(const ValueDump&) = delete;
  ValueDump& operator=(const ValueDump&) = delete;

  /// Throws std::runtime_error when it cannot be written.
  void finish();

 private:
  std::string path_;
  std::string written_;  ///< what SystemC calls it: always .vcd
  sc_core::sc_trace_file* file_ = nullptr;
};

}  // namespace cxlpool::platforms
