// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platforms/validate/tables.h"

namespace cxlpool::validation {

/// A question of the user's: what does this profile give under this load?
struct Case {
  std::string text;
  std::string profile;
  std::string switch_profile;  ///< of a switch above the devices; empty: as the profile has it
  unsigned read_percent = 100;
  unsigned devices = 1;  ///< interleaved
  unsigned width = 0;    ///< lanes; 0: as the profile has it
  bool remote = false;
  timing::Picoseconds hop = remote_socket_hop;  ///< there and back, if remote
  Injector injector = Injector::paced;
  Pattern pattern = Pattern::random;
  std::uint32_t size = 64;
};

/// From `profile=mess-x8,read=0.74,devices=2,socket=remote,injector=mlc` and what else
/// docs/modules/validate.md has; all but the profile may be left out. Throws std::invalid_argument
/// with what would be right.
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
