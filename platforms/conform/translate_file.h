// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/conform/json_node.h"

/// `translate.json`: address arithmetic of an interleave set, and of hierarchies of them. Groups
/// that a file does not have are empty; it has at least one.
namespace cxlpool::platforms {

/// DPA and position of a set, and the HPA that they are; offsets count from the bases.
struct TranslateVector {
  std::string path;
  std::uint64_t dpa = 0;
  std::uint64_t hpa = 0;
  unsigned position = 0;
  unsigned region_iw = 0, region_ig = 0;
  std::uint64_t region_ways = 0, granularity = 0;
  std::optional<unsigned> root_iw;  ///< of the upstream vectors only
  std::optional<std::uint64_t> root_ways;
  bool is_xor = false;
};

struct ValidityVector {
  std::string path;
  std::uint64_t region_iw = 0, region_ig = 0;
  std::int64_t position = 0;
  bool valid = false;
};

struct DeviceDecodeVector {
  std::string path;
  std::uint64_t base = 0, size = 0, hpa = 0, dpa = 0;
  unsigned iw = 0, ig = 0;
};

struct RoundTrip {
  std::string path;
  std::uint64_t iterations = 0;
  std::vector<std::uint64_t> ways_codes, granularity_codes;
};

struct HierarchyRow {
  std::string path;
  std::uint64_t chunk = 0, hpa = 0, dpa = 0;
  unsigned root = 0, bridge = 0, switch_index = 0, position = 0;
};

struct HierarchyCase {
  std::string path;
  unsigned root_ways = 0, bridge_ways = 0, switch_ways = 0;
  std::uint64_t root_granularity = 0, bridge_granularity = 0, switch_granularity = 0;
  std::optional<bool> walk_position_equals_position;
  std::vector<HierarchyRow> rows;
};

/// A map of the file, and the same in hex.
struct HexRepeat {
  std::string path;
  std::string text;
};

/// How many maps a root ways code uses.
struct MapCount {
  std::string path;
  std::uint64_t code = 0;
  std::uint64_t count = 0;
};

struct TranslateFile {
  std::vector<std::uint64_t> xor_maps;
  std::vector<HexRepeat> xor_maps_hex;
  std::vector<MapCount> maps_used;
  std::vector<TranslateVector> upstream;
  std::vector<ValidityVector> validity;
  std::optional<RoundTrip> round_trip;
  std::vector<TranslateVector> generated;
  std::vector<DeviceDecodeVector> device_decodes;
  std::vector<HierarchyCase> hierarchies;
};

TranslateFile read_translate_file(const JsonNode& node);

}  // namespace cxlpool::platforms
