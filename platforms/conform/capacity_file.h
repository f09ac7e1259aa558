// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "platforms/conform/scenario_file.h"

/// `dcd/*.json`: dynamic capacity through QMP, mailbox and tunnel, with the bytes of requests and
/// answers. What a step's `expect` names has replaced the witness's answer already.
namespace cxlpool::platforms {

/// Bytes that are expected, and which of them count.
struct ExpectedBytes {
  std::vector<std::uint8_t> bytes;
  std::vector<bool> compared;
};

/// What a file says of an answer besides its bytes; each may be missing.
struct StatedAnswer {
  std::optional<std::uint16_t> return_code;
  std::optional<std::string> return_code_name;
  std::optional<ExpectedBytes> response;
  std::optional<nlohmann::json> decoded;
};

struct CapacityStep {
  enum class Op : std::uint8_t { qmp, mailbox, tunnel, event_status, system_reset, access };

  std::string path;
  Op op{};

  nlohmann::json request;                  ///< qmp: as it is sent
  std::optional<nlohmann::json> returned;  ///< qmp: what comes back, unless an error does
  std::string error_class;                 ///< qmp

  std::string device;                     ///< mailbox, event_status
  std::uint16_t opcode = 0;               ///< mailbox; tunnel: of the message inside
  std::vector<std::uint8_t> payload;      ///< mailbox, tunnel
  std::uint16_t return_code = 0;          ///< mailbox, tunnel
  std::optional<ExpectedBytes> response;  ///< mailbox, tunnel; none: not compared
  /// mailbox: of the answer; tunnel: of the message in it.
  StatedAnswer stated;
  /// Effects by opcode, of the entries that both command effects logs have.
  std::optional<std::map<std::uint16_t, std::uint16_t>> effects;

  std::uint64_t status = 0;          ///< event_status
  ScenarioStep access;               ///< of memory or registers
  std::optional<std::uint64_t> dpa;  ///< of memory: where its address leads
};

struct CapacityFile {
  std::string id;
  VectorTopology topology;
  std::vector<CapacityStep> steps;
};

CapacityFile read_capacity_file(const JsonNode& node);

}  // namespace cxlpool::platforms
