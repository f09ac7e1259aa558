// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/witness_command.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace cxlpool::platforms {
namespace {

std::optional<unsigned> shift_of_unit(std::string_view unit) {
  if (unit.empty() || unit == "B" || unit == "b") return 0;
  if (unit == "K" || unit == "k") return 10;
  if (unit == "M" || unit == "m") return 20;
  if (unit == "G" || unit == "g") return 30;
  if (unit == "T" || unit == "t") return 40;
  return std::nullopt;
}

WitnessOption parse_option(const std::string& name, const std::string& value, std::string path) {
  WitnessOption option;
  option.path = std::move(path);
  option.name = name;
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t end = std::min(value.find(',', at), value.size());
    const std::string item = value.substr(at, end - at);
    const std::size_t equals = item.find('=');
    if (equals != std::string::npos) {
      option.properties[item.substr(0, equals)] = item.substr(equals + 1);
    } else if (at == 0) {
      option.driver = item;
    }
    at = end + 1;
  }
  return option;
}

}  // namespace

std::string WitnessOption::get(const std::string& key) const {
  const auto property = properties.find(key);
  return property == properties.end() ? std::string() : property->second;
}

std::optional<std::uint64_t> WitnessOption::number(const std::string& key) const {
  const std::string text = get(key);
  const bool hex = text.rfind("0x", 0) == 0;
  const char* first = text.data() + (hex ? 2 : 0);
  const char* last = text.data() + text.size();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(first, last, value, hex ? 16 : 10);
  if (error != std::errc{}) return std::nullopt;
  const auto shift = shift_of_unit({end, static_cast<std::size_t>(last - end)});
  if (!shift || value > ~0ull >> *shift) return std::nullopt;
  return value << *shift;
}

std::vector<WitnessOption> parse_witness_command(const std::vector<std::string>& words,
                                                 const std::string& path) {
  std::vector<WitnessOption> options;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i].empty() || words[i][0] != '-') continue;
    options.push_back(parse_option(words[i], words[i + 1], fmt::format("{}[{}]", path, i + 1)));
  }
  return options;
}

}  // namespace cxlpool::platforms
