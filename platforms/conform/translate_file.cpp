// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/translate_file.h"

#include <fmt/format.h>

#include "platforms/input_error.h"

namespace cxlpool::platforms {
namespace {

unsigned code(const JsonNode& node) { return static_cast<unsigned>(node.number(255)); }
unsigned ways(const JsonNode& node) { return static_cast<unsigned>(node.number(16, 1)); }

TranslateVector read_vector(const JsonNode& node) {
  TranslateVector vector;
  vector.path = node.path();
  vector.dpa = node.at("dpa_offset").number_as<std::uint64_t>();
  vector.hpa = node.at("hpa_offset").number_as<std::uint64_t>();
  vector.position = node.at("pos").number_as<std::uint16_t>();
  vector.region_iw = code(node.at("region_eiw"));
  vector.region_ig = code(node.at("region_eig"));
  vector.region_ways = node.at("region_ways").number();
  vector.granularity = node.at("granularity").number();
  if (const auto root = node.find("hb_eiw")) vector.root_iw = code(*root);
  if (const auto root = node.find("hb_ways")) vector.root_ways = root->number();
  const std::string& math = node.at("math").text();
  vector.is_xor = math == "xor";
  if (!vector.is_xor && math != "modulo") {
    node.at("math").fail(fmt::format("expected modulo or xor, got \"{}\"", quotable(math)));
  }
  if (vector.is_xor) node.at("hb_eiw");
  return vector;
}

ValidityVector read_validity(const JsonNode& node) {
  ValidityVector vector;
  vector.path = node.path();
  vector.region_iw = node.at("region_eiw").number();
  vector.region_ig = node.at("region_eig").number();
  vector.position = node.at("pos").signed_number();
  vector.valid = node.at("valid").flag();
  return vector;
}

DeviceDecodeVector read_device_decode(const JsonNode& node) {
  DeviceDecodeVector vector;
  vector.path = node.path();
  vector.base = node.at("decoder_base").number_as<std::uint64_t>();
  vector.size = node.at("decoder_size").number_as<std::uint64_t>();
  vector.iw = code(node.at("iw"));
  vector.ig = code(node.at("ig"));
  vector.hpa = node.at("hpa").number_as<std::uint64_t>();
  vector.dpa = node.at("dpa").number_as<std::uint64_t>();
  return vector;
}

RoundTrip read_round_trip(const JsonNode& node) {
  constexpr std::uint64_t most_iterations = 10'000'000;
  RoundTrip trip;
  trip.path = node.path();
  trip.iterations = node.at("iterations").number(most_iterations);
  for (const JsonNode& item : node.at("eiw").some_items()) {
    trip.ways_codes.push_back(item.number());
  }
  for (const JsonNode& item : node.at("eig").some_items()) {
    trip.granularity_codes.push_back(item.number());
  }
  return trip;
}

HierarchyRow read_row(const JsonNode& node) {
  HierarchyRow row;
  row.path = node.path();
  row.chunk = node.at("chunk").number();
  row.hpa = node.at("hpa_offset").number();
  row.root = node.at("root").number_as<std::uint16_t>();
  row.bridge = node.at("host_bridge").number_as<std::uint16_t>();
  row.switch_index = node.at("switch").number_as<std::uint16_t>();
  row.position = node.at("position").number_as<std::uint16_t>();
  row.dpa = node.at("dpa_offset").number();
  return row;
}

HierarchyCase read_hierarchy(const JsonNode& node) {
  constexpr std::uint64_t coarsest = 1ull << 32;
  HierarchyCase levels;
  levels.path = node.path();
  levels.root_ways = ways(node.at("root_ways"));
  levels.bridge_ways = ways(node.at("hb_ways"));
  levels.switch_ways = ways(node.at("switch_ways"));
  levels.root_granularity = node.at("root_granularity").number(coarsest, 1);
  levels.bridge_granularity = node.at("hb_granularity").number(coarsest, 1);
  levels.switch_granularity = node.at("switch_granularity").number(coarsest, 1);
  if (const auto equal = node.find("walk_position_equals_position")) {
    levels.walk_position_equals_position = equal->flag();
  }
  for (const JsonNode& item : node.at("rows").some_items()) levels.rows.push_back(read_row(item));
  return levels;
}

/// Keys of `xormaps_used_by_hb_eiw` are numbers in quotes.
std::uint64_t number_of_key(const std::string& key, const JsonNode& node) {
  if (key.empty() || key.size() > 3 || key.find_first_not_of("0123456789") != std::string::npos) {
    node.fail("expected a ways code as key");
  }
  return std::stoull(key);
}

void read_maps(const JsonNode& node, TranslateFile& file) {
  const auto maps = node.find("xormaps");
  if (!maps) return;
  for (const JsonNode& item : maps->items()) {
    file.xor_maps.push_back(item.number_as<std::uint64_t>());
  }
  if (const auto hex = node.find("xormaps_hex")) {
    for (const JsonNode& item : hex->items()) {
      file.xor_maps_hex.push_back({item.path(), item.text()});
    }
  }
  if (const auto used = node.find("xormaps_used_by_hb_eiw")) {
    for (const auto& [key, count] : used->members()) {
      file.maps_used.push_back({count.path(), number_of_key(key, count), count.number()});
    }
  }
}

template <typename Vector>
void read_group(const std::optional<JsonNode>& group, const char* list,
                Vector (*read)(const JsonNode&), std::vector<Vector>& into) {
  if (!group) return;
  for (const JsonNode& item : (list ? group->at(list) : *group).some_items()) {
    into.push_back(read(item));
  }
}

}  // namespace

TranslateFile read_translate_file(const JsonNode& node) {
  TranslateFile file;
  read_maps(node, file);
  read_group(node.find("vectors"), nullptr, read_vector, file.upstream);
  read_group(node.find("parameter_validity"), nullptr, read_validity, file.validity);
  if (const auto trip = node.find("random_round_trip")) file.round_trip = read_round_trip(*trip);
  read_group(node.find("generated_modulo"), "vectors", read_vector, file.generated);
  read_group(node.find("other_device_decode_vectors"), "vectors", read_device_decode,
             file.device_decodes);
  read_group(node.find("generated_hierarchy_modulo"), "cases", read_hierarchy, file.hierarchies);
  return file;
}

}  // namespace cxlpool::platforms
