// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/capacity_decoded.h"

#include <algorithm>
#include <map>

#include "models/command/opcode.h"
#include "platforms/qmp/hex.h"

namespace cxlpool::platforms {
namespace {

using nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

const std::map<std::uint16_t, std::string>& return_code_names() {
  static const std::map<std::uint16_t, std::string> names{{0x00, "SUCCESS"},
                                                          {0x02, "INVALID_INPUT"},
                                                          {0x03, "UNSUPPORTED"},
                                                          {0x0E, "INVALID_HANDLE"},
                                                          {0x0F, "INVALID_PA"},
                                                          {0x16, "INVALID_PAYLOAD_LENGTH"},
                                                          {0x1D, "RESOURCES_EXHAUSTED"},
                                                          {0x1E, "INVALID_EXTENT_LIST"}};
  return names;
}

constexpr std::size_t extent_bytes = 0x28, region_bytes = 0x28, record_bytes = 0x80;

/// Bytes by offset, without the model's own codec: what is compared with it must not share its
/// errors. Callers stay within the size.
class Fields {
 public:
  explicit Fields(const Bytes& bytes) : bytes_(bytes) {}

  std::uint64_t number(std::size_t at, std::size_t size) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{bytes_.at(at + i)} << 8 * i;
    return value;
  }
  std::string hex(std::size_t at, std::size_t size) const {
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at);
    return qmp::to_hex(Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)));
  }
  bool holds(std::size_t from, std::size_t count, std::size_t size) const {
    return from <= bytes_.size() && count <= (bytes_.size() - from) / size;
  }

 private:
  const Bytes& bytes_;
};

json extent_at(const Fields& fields, std::size_t at) {
  return {{"start_dpa", fields.number(at, 8)},
          {"len", fields.number(at + 8, 8)},
          {"tag", fields.hex(at + 0x10, 16)},
          {"shared_seq", fields.number(at + 0x20, 2)}};
}

json region_at(const Fields& fields, std::size_t at) {
  return {{"base", fields.number(at, 8)},         {"decode_len_256MiB", fields.number(at + 8, 8)},
          {"len", fields.number(at + 0x10, 8)},   {"block", fields.number(at + 0x18, 8)},
          {"dsmad", fields.number(at + 0x20, 4)}, {"flags", fields.number(at + 0x24, 1)}};
}

const char* capacity_event_name(std::uint64_t type) {
  switch (type) {
    case 0:
      return "ADD_CAPACITY";
    case 1:
      return "RELEASE_CAPACITY";
    case 2:
      return "FORCED_RELEASE";
    case 3:
      return "REGION_CONFIG_UPDATED";
    default:
      return "";
  }
}

json record_at(const Fields& fields, std::size_t at) {
  json record{{"uuid", fields.hex(at, 16)},
              {"length", fields.number(at + 0x10, 1)},
              {"flags", fields.number(at + 0x11, 3)},
              {"handle", fields.number(at + 0x14, 2)},
              {"related", fields.number(at + 0x16, 2)},
              {"timestamp", fields.number(at + 0x18, 8)}};
  if (record["uuid"] != "ca95afa7f18340188c2f95268e101a2a") return record;  // not of capacity
  record["type"] = capacity_event_name(fields.number(at + 0x30, 1));
  record["validity"] = fields.number(at + 0x31, 1);
  record["host_id"] = fields.number(at + 0x32, 2);
  record["updated_region"] = fields.number(at + 0x34, 1);
  record["dc_flags"] = fields.number(at + 0x35, 1);
  record["more"] = (fields.number(at + 0x35, 1) & 1) != 0;
  record["extent"] = extent_at(fields, at + 0x38);
  record["extents_avail"] = fields.number(at + 0x78, 4);
  record["tags_avail"] = fields.number(at + 0x7C, 4);
  return record;
}

json decode_events(const Fields& fields) {
  constexpr std::size_t header = 0x20;
  if (!fields.holds(0, 1, header)) return nullptr;
  const std::uint64_t flags = fields.number(0, 1), count = fields.number(0x14, 2);
  if (!fields.holds(header, count, record_bytes)) return nullptr;
  json records = json::array();
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back(record_at(fields, header + i * record_bytes));
  }
  return {{"flags", flags},           {"overflow", (flags & 1) != 0},
          {"more", (flags & 2) != 0}, {"overflow_count", fields.number(2, 2)},
          {"count", count},           {"records", records}};
}

json decode_configuration(const Fields& fields) {
  constexpr std::size_t header = 8, figures = 16;
  if (!fields.holds(0, 1, header)) return nullptr;
  const std::uint64_t returned = fields.number(1, 1);
  if (!fields.holds(header, returned, region_bytes)) return nullptr;
  const std::size_t end = header + returned * region_bytes;
  if (!fields.holds(end, 1, figures)) return nullptr;
  json regions = json::array();
  for (std::size_t i = 0; i < returned; ++i) {
    regions.push_back(region_at(fields, header + i * region_bytes));
  }
  return {{"num_regions", fields.number(0, 1)},
          {"regions_returned", returned},
          {"regions", regions},
          {"extents_supported", fields.number(end, 4)},
          {"extents_available", fields.number(end + 4, 4)},
          {"tags_supported", fields.number(end + 8, 4)},
          {"tags_available", fields.number(end + 12, 4)}};
}

json decode_extents(const Fields& fields) {
  constexpr std::size_t header = 0x10;
  if (!fields.holds(0, 1, header)) return nullptr;
  const std::uint64_t count = fields.number(0, 4);
  if (!fields.holds(header, count, extent_bytes)) return nullptr;
  json extents = json::array();
  for (std::size_t i = 0; i < count; ++i) {
    extents.push_back(extent_at(fields, header + i * extent_bytes));
  }
  return {{"count", count},
          {"total", fields.number(4, 4)},
          {"generation", fields.number(8, 4)},
          {"extents", extents}};
}

json by_dpa(json extents) {
  const auto dpa = [](const json& extent) {
    const bool has = extent.is_object() && extent.contains("start_dpa");
    return has && extent["start_dpa"].is_number_unsigned()
               ? extent["start_dpa"].get<std::uint64_t>()
               : 0;
  };
  std::stable_sort(extents.begin(), extents.end(),
                   [&](const json& a, const json& b) { return dpa(a) < dpa(b); });
  return extents;
}

std::optional<Difference> compare(const std::string& path, const json& stated, const json& decoded);

std::optional<Difference> compare_lists(const std::string& path, const json& stated,
                                        const json& decoded) {
  if (stated.size() != decoded.size()) {
    return Difference{path, std::to_string(stated.size()) + " of them",
                      std::to_string(decoded.size())};
  }
  for (std::size_t i = 0; i < stated.size(); ++i) {
    if (auto found = compare(path + "[" + std::to_string(i) + "]", stated[i], decoded[i])) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<Difference> compare_member(const std::string& path, const std::string& key,
                                         const json& stated, const json& decoded) {
  if (key == "timestamp" && stated.is_number()) {
    if ((stated == 0) == (decoded == 0)) return std::nullopt;
    return Difference{path, stated.dump(), decoded.dump()};
  }
  if (key == "extents" && stated.is_array()) return compare(path, by_dpa(stated), by_dpa(decoded));
  return compare(path, stated, decoded);
}

std::optional<Difference> compare(const std::string& path, const json& stated,
                                  const json& decoded) {
  if (stated.is_null()) return std::nullopt;
  if (stated.is_array() && decoded.is_array()) return compare_lists(path, stated, decoded);
  if (!stated.is_object() || !decoded.is_object()) {
    if (stated == decoded) return std::nullopt;
    return Difference{path, stated.dump(), decoded.dump()};
  }
  for (const auto& [key, value] : stated.items()) {
    const auto found = decoded.find(key);
    if (found == decoded.end()) continue;
    if (auto wrong = compare_member(path + "." + key, key, value, *found)) return wrong;
  }
  return std::nullopt;
}

}  // namespace

bool is_name_of(std::uint16_t return_code, const std::string& name) {
  const auto& names = return_code_names();
  const auto known = names.find(return_code);
  if (known != names.end()) return known->second == name;
  return std::none_of(names.begin(), names.end(),
                      [&](const auto& each) { return each.second == name; });
}

bool is_decoded(std::uint16_t opcode) {
  const auto known = static_cast<command::Opcode>(opcode);
  return known == command::Opcode::get_event_records ||
         known == command::Opcode::get_dc_configuration ||
         known == command::Opcode::get_dc_extent_list;
}

json decode_answer(std::uint16_t opcode, const Bytes& bytes) {
  const Fields fields(bytes);
  switch (static_cast<command::Opcode>(opcode)) {
    case command::Opcode::get_event_records:
      return decode_events(fields);
    case command::Opcode::get_dc_configuration:
      return decode_configuration(fields);
    case command::Opcode::get_dc_extent_list:
      return decode_extents(fields);
    default:
      return nullptr;
  }
}

std::optional<Difference> contradiction(const json& stated, const json& decoded) {
  return compare("", stated, decoded);
}

}  // namespace cxlpool::platforms
