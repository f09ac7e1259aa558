// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "platforms/validate/tables.h"

namespace cxlpool::validation {

/// A question of the user's: what does this profile give under this load?
struct Case {
  std::string text;
  std::string profile;
  unsigned read_percent = 100;
  unsigned devices = 1;  ///< interleaved
  bool remote = false;
  Injector injector = Injector::paced;
};

/// From `profile=mess-x8,read=0.74,devices=2,socket=remote,injector=mlc`; all but the profile may
/// be left out. Throws std::invalid_argument with what would be right.
Case parse_case(std::string_view text);

/// Idle latency, peak and loaded latencies; no published figures beside them.
struct CaseResult {
  Case asked;
  double idle_latency = 0;  ///< ns
  double peak = 0;          ///< GB/s
  double peak_latency = 0;  ///< ns
  struct Point {
    double offered = 0;  ///< GB/s
    Measurement measured;
  };
  std::vector<Point> points;
};

CaseResult run_case(const Case& asked);

}  // namespace cxlpool::validation
