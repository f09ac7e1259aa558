// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/translate_pure.h"

#include <random>

#include "models/address/window.h"

namespace cxlpool::platforms {

using address::Interleave;
using address::XorMaps;

namespace {

constexpr unsigned first_reserved = 16;  ///< codes are 4 bits wide in registers

std::optional<Interleave> interleave_of(std::uint64_t ways_code, std::uint64_t granularity_code) {
  if (ways_code >= first_reserved || granularity_code >= first_reserved) return std::nullopt;
  return Interleave::from_codes(static_cast<unsigned>(ways_code),
                                static_cast<unsigned>(granularity_code));
}

/// The set of a vector, and its position, when they are legal and their repetitions agree.
std::optional<Interleave> legal_set(const TranslateVector& v, Checker& checker) {
  const auto region = interleave_of(v.region_iw, v.region_ig);
  if (!region) {
    checker.differ(v.path, "a legal interleave set",
                   fmt::format("codes {} and {}", v.region_iw, v.region_ig));
    return std::nullopt;
  }
  checker.equal(v.path + ".region_ways", std::uint64_t{region->ways()}, v.region_ways);
  checker.equal(v.path + ".granularity", std::uint64_t{region->granularity()}, v.granularity);
  if (v.position >= region->ways()) {
    checker.differ(v.path + ".pos", fmt::format("a position below {}", region->ways()),
                   std::to_string(v.position));
    return std::nullopt;
  }
  return region;
}

/// Which host bridge the root level chooses.
void check_root(const TranslateVector& v, const XorMaps& maps, Checker& checker) {
  if (!v.root_iw) return;
  address::FixedMemoryWindow window;
  const auto root = interleave_of(*v.root_iw, v.region_ig);
  if (!root) {
    checker.differ(v.path + ".hb_eiw", "a legal ways code", std::to_string(*v.root_iw));
    return;
  }
  if (v.root_ways) checker.equal(v.path + ".hb_ways", std::uint64_t{root->ways()}, *v.root_ways);
  window.size = ~0ull;
  window.interleave = *root;
  window.arithmetic = v.is_xor ? address::Arithmetic::exclusive_or : address::Arithmetic::modulo;
  window.xor_maps = maps;
  checker.equal(v.path + ".pos", v.position % root->ways(), window.target_index(v.hpa));
}

void check_vector(const TranslateVector& v, const XorMaps& maps, Checker& checker) {
  checker.begin(v.path);
  const auto region = legal_set(v, checker);
  if (!region) return;
  unsigned count = 0;
  if (v.is_xor) {
    const auto root = interleave_of(*v.root_iw, 0);
    count = root ? XorMaps::needed(root->ways()) : 0;
    if (count > maps.maps().size()) {
      checker.differ(v.path, fmt::format("{} XOR maps", count), std::to_string(maps.maps().size()));
      return;
    }
  }
  checker.equal(v.path + ".hpa_offset", maps.apply(region->hpa_offset(v.dpa, v.position), count),
                v.hpa);
  checker.equal(v.path + ".dpa_offset", region->dpa_offset(v.hpa), v.dpa);
  checker.equal(v.path + ".pos", region->position(maps.apply(v.hpa, count)), v.position);
  check_root(v, maps, checker);
}

void check_maps(const TranslateFile& file, Checker& checker) {
  for (std::size_t i = 0; i < file.xor_maps_hex.size(); ++i) {
    const HexRepeat& hex = file.xor_maps_hex[i];
    checker.begin(hex.path);
    const std::string map =
        i < file.xor_maps.size() ? fmt::format("0x{:x}", file.xor_maps[i]) : std::string("no map");
    checker.equal(hex.path, map, hex.text);
  }
  for (const MapCount& used : file.maps_used) {
    checker.begin(used.path);
    const auto ways = interleave_of(used.code, 0);
    const unsigned needed = ways ? XorMaps::needed(ways->ways()) : 0;
    checker.equal(used.path, std::uint64_t{needed}, used.count);
  }
}

void check_validity(const ValidityVector& v, Checker& checker) {
  checker.begin(v.path);
  const auto region = interleave_of(v.region_iw, v.region_ig);
  const bool valid = region && v.position >= 0 && v.position < region->ways();
  checker.equal(v.path + ".valid", valid, v.valid);
}

void check_round_trip(const RoundTrip& trip, Checker& checker) {
  checker.begin(trip.path);
  std::mt19937_64 random(1);
  for (std::uint64_t i = 0; i < trip.iterations && !checker.failed(); ++i) {
    const std::uint64_t iw = trip.ways_codes[random() % trip.ways_codes.size()];
    const std::uint64_t ig = trip.granularity_codes[random() % trip.granularity_codes.size()];
    const auto region = interleave_of(iw, ig);
    if (!region) {
      checker.differ(trip.path, "legal codes", fmt::format("codes {} and {}", iw, ig));
      return;
    }
    const std::uint64_t dpa = random() >> (64 - address::dpa_bits);
    const auto position = static_cast<unsigned>(random() % region->ways());
    const std::uint64_t hpa = region->hpa_offset(dpa, position);
    if (region->dpa_offset(hpa) != dpa || region->position(hpa) != position) {
      checker.differ(
          trip.path, fmt::format("DPA {} at position {} of {} ways", dpa, position, region->ways()),
          fmt::format("DPA {} at position {}", region->dpa_offset(hpa), region->position(hpa)));
    }
  }
}

void check_device_decode(const DeviceDecodeVector& v, Checker& checker) {
  checker.begin(v.path);
  const auto device = interleave_of(v.iw, v.ig);
  if (!device) {
    checker.differ(v.path, "legal codes", fmt::format("codes {} and {}", v.iw, v.ig));
  } else if (v.hpa - v.base >= v.size) {
    checker.differ(v.path + ".hpa", "an address within the decoder", std::to_string(v.hpa));
  } else {
    checker.equal(v.path + ".dpa", device->dpa_offset(v.hpa - v.base), v.dpa);
  }
}

/// Index at a level; some cases have granularities there that no register can hold.
std::uint64_t index_at(std::uint64_t hpa, unsigned ways, std::uint64_t granularity) {
  const auto level = Interleave::from_values(ways, granularity);
  return level ? level->position(hpa) : hpa / granularity % ways;
}

void check_row(const HierarchyCase& levels, const HierarchyRow& row, Interleave region,
               Checker& checker) {
  checker.begin(row.path);
  const auto equal = [&](const char* key, std::uint64_t expected, std::uint64_t got) {
    checker.equal(fmt::format("{}.{}", row.path, key), expected, got);
  };
  equal("hpa_offset", row.chunk * levels.root_granularity, row.hpa);
  equal("root", index_at(row.hpa, levels.root_ways, levels.root_granularity), row.root);
  equal("host_bridge", index_at(row.hpa, levels.bridge_ways, levels.bridge_granularity),
        row.bridge);
  equal("switch", index_at(row.hpa, levels.switch_ways, levels.switch_granularity),
        row.switch_index);
  equal("position", region.position(row.hpa), row.position);
  equal("dpa_offset", region.dpa_offset(row.hpa), row.dpa);
}

void check_hierarchy(const HierarchyCase& levels, Checker& checker) {
  const auto region = Interleave::from_values(
      std::uint64_t{levels.root_ways} * levels.bridge_ways * levels.switch_ways,
      levels.root_granularity);
  checker.begin(levels.path);
  if (!region) {
    checker.differ(levels.path, "ways and granularity of a legal set", "others");
    return;
  }
  // Position as the way up from the device counts it.
  bool equal = true;
  for (const HierarchyRow& row : levels.rows) {
    const unsigned walked =
        (row.switch_index * levels.bridge_ways + row.bridge) * levels.root_ways + row.root;
    equal = equal && walked == row.position;
  }
  if (levels.walk_position_equals_position) {
    checker.equal(levels.path + ".walk_position_equals_position", equal,
                  *levels.walk_position_equals_position);
  }
  for (const HierarchyRow& row : levels.rows) check_row(levels, row, *region, checker);
}

}  // namespace

void check_arithmetic(const TranslateFile& file, Checker& checker) {
  const XorMaps maps(file.xor_maps);
  check_maps(file, checker);
  for (const TranslateVector& v : file.upstream) check_vector(v, maps, checker);
  for (const ValidityVector& v : file.validity) check_validity(v, checker);
  if (file.round_trip) check_round_trip(*file.round_trip, checker);
  for (const TranslateVector& v : file.generated) check_vector(v, maps, checker);
  for (const DeviceDecodeVector& v : file.device_decodes) check_device_decode(v, checker);
  for (const HierarchyCase& levels : file.hierarchies) check_hierarchy(levels, checker);
}

}  // namespace cxlpool::platforms
