// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/conform/vector_topology.h"

/// `routing_errors.json`: scenarios of failing and odd accesses and of register behaviour. What a
/// step's `expect` names has replaced the witness's answer already.
namespace cxlpool::platforms {

/// Bytes that a write left in a device.
struct LandedBytes {
  std::string device;
  std::uint64_t dpa = 0;
  std::vector<std::uint8_t> bytes;
};

struct ScenarioStep {
  enum class Op : std::uint8_t { reg_write, reg_read, write, read };
  enum class Register : std::uint8_t {
    base_lo,
    base_hi,
    size_lo,
    size_hi,
    ctrl,
    target_lo,
    target_hi,
    skip_lo,
    skip_hi,
    global_ctrl,
    capability,
    dvsec_ctrl,
  };

  std::string path;
  Op op{};
  unsigned size = 0;

  // reg_write, reg_read:
  std::string component;
  Register reg{};
  unsigned decoder = 0;
  std::uint64_t register_value = 0;

  // write, read:
  std::uint64_t hpa = 0;
  bool ok = false;                  ///< the status expected
  std::vector<std::uint8_t> value;  ///< in memory order; written, or expected from a read
  std::vector<bool> compared;       ///< of a read: which bytes of `value` count
  std::vector<LandedBytes> landed;  ///< of a write: by device and DPA, adjacent pieces merged
  bool lists_bytes = false;         ///< of a write: the file gives them byte by byte
};

struct Scenario {
  std::string path;
  std::string id;
  VectorTopology topology;
  std::vector<ScenarioStep> steps;
};

struct ScenarioFile {
  std::vector<Scenario> scenarios;
};

ScenarioStep read_scenario_step(const JsonNode& node);
ScenarioFile read_scenario_file(const JsonNode& node);

/// Sorts by device and DPA and joins what adjoins.
std::vector<LandedBytes> merged(std::vector<LandedBytes> pieces);

}  // namespace cxlpool::platforms
