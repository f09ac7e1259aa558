// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <systemc>

#include "platforms/run/activity.h"
#include "platforms/run/socket_trace.h"

namespace cxlpool::platforms {

/// A value change dump (VCD), by sc_trace: every level of an Activity (requests in flight of each
/// host, messages that wait at each station) and every phase of a SocketTrace.
class ValueDump {
 public:
  /// Before the simulation begins. Throws std::runtime_error when the file cannot be written.
  ValueDump(std::string path, const Activity& activity, const SocketTrace& sockets);
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
