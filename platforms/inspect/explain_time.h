// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "platforms/builder.h"

/// Where the time of an access goes while nobody else is in the fabric: the same constants that a
/// timed run adds up, so that an isolated access takes the total in either timed mode. DRAM is
/// taken with the bank precharged and no refresh about.
namespace cxlpool::platforms {

/// What one station costs a message.
struct TimedStep {
  enum class Part : std::uint8_t { request, device, response };

  Part part{};
  std::string station;              ///< "h0.issue", "h0.hb0.rp0-mem0.m2s", "mem0.media"
  std::string kind;                 ///< as results.json has it; "core": the host's way back
  timing::Picoseconds service = 0;  ///< of the server: packing, wire rate, media
  timing::Picoseconds latency = 0;  ///< after it, until the next station
  timing::Picoseconds total = 0;    ///< since the access was issued
};

struct TimedAccess {
  bool write = false;
  std::vector<TimedStep> steps;

  timing::Picoseconds total() const { return steps.empty() ? 0 : steps.back().total; }
};

/// The same stations in the same order, for the line of 64 bytes that holds an address.
struct TimeTable {
  TimedAccess read, write;
};

/// Of a platform that was built timed. The address must reach a device; std::invalid_argument
/// otherwise.
TimeTable explain_time(Platform& platform, std::size_t host, std::uint64_t hpa);

std::string to_text(const TimeTable& table);
nlohmann::ordered_json to_json(const TimeTable& table);

}  // namespace cxlpool::platforms
