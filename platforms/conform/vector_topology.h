// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/address/partition.h"
#include "models/address/window.h"
#include "platforms/conform/json_node.h"

/// The `topology` of a vector file: what the witness was built of and how it was programmed, as the
/// file says it, redundant fields included. `path` is where in the file it says so. Members that
/// only repeat others are optional; contradictions.h compares them.
namespace cxlpool::platforms {

struct VectorDecoder {
  std::string path;
  unsigned index = 0;
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  unsigned ig = 0;  ///< granularity code, as programmed; may be reserved
  std::uint64_t granularity = 0;
  unsigned iw = 0;  ///< ways code, as programmed; may be reserved
  std::uint64_t ways = 0;
  bool committed = false;
  std::uint32_t ctrl_readback = 0;
  std::vector<std::uint8_t> targets;  ///< port numbers; host bridges and switches
  std::uint64_t skip = 0;             ///< devices
};

struct VectorPort {
  std::string path;
  std::string name;
  std::uint8_t number = 0;
  std::string child;                      ///< empty: nothing below
  std::optional<std::string> child_type;  ///< root ports: device, switch or none
};

struct VectorBridge {
  std::string path;
  std::string name;
  std::optional<std::uint32_t> bus_nr;  ///< the UID of the CEDT
  std::optional<std::uint64_t> chbcr;   ///< base of the component registers
  bool passthrough = false;
  std::vector<VectorPort> root_ports;
  std::vector<VectorDecoder> decoders;
};

struct VectorSwitch {
  std::string path;
  std::string name;
  std::vector<VectorPort> downstream_ports;
  std::vector<VectorDecoder> decoders;
};

struct VectorMemory {
  std::string path;
  address::PartitionKind kind{};
  std::uint64_t dpa_base = 0;
  std::uint64_t size = 0;
};

struct VectorDevice {
  std::string path;
  std::string name;
  std::vector<VectorMemory> memory;
  std::uint64_t dynamic_regions = 1;  ///< of equal length, that its dynamic memory makes
  std::uint64_t dynamic_block = 2ull << 20;
  std::vector<VectorDecoder> decoders;
};

/// A window as firmware's table repeats it.
struct VectorCedt {
  std::string path;
  std::optional<std::uint64_t> base, size, eniw, arith, hbig, restrictions;
  std::optional<std::vector<std::uint64_t>> uids;
};

struct VectorWindow {
  std::string path;
  std::uint64_t index = 0;
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::uint64_t ways = 0;
  std::uint64_t granularity = 0;
  address::Arithmetic arithmetic = address::Arithmetic::modulo;
  std::vector<std::uint64_t> xor_maps;
  std::vector<std::string> targets;
  VectorCedt cedt;
};

struct VectorTopology {
  std::string path;
  std::vector<VectorWindow> windows;
  std::vector<VectorBridge> bridges;
  std::vector<VectorSwitch> switches;
  std::vector<VectorDevice> devices;
};

VectorTopology read_topology(const JsonNode& node);

}  // namespace cxlpool::platforms
