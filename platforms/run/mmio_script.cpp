// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/mmio_script.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "models/address/config_space.h"
#include "platforms/input_error.h"
#include "platforms/scalar.h"
#include "traffic/files.h"
#include "traffic/nearest.h"

namespace cxlpool::platforms {
namespace {

namespace hdm = address::hdm;

constexpr std::size_t longest_line = 1024;
constexpr std::uintmax_t largest_file = 64u << 20;

struct NamedRegister {
  const char* name;
  std::uint32_t offset;
};

constexpr std::array<NamedRegister, 9> decoder_registers{{
    {"base_low", hdm::base_low},
    {"base_high", hdm::base_high},
    {"size_low", hdm::size_low},
    {"size_high", hdm::size_high},
    {"control", hdm::control},
    {"target_low", hdm::target_low},
    {"target_high", hdm::target_high},
    {"skip_low", hdm::target_low},
    {"skip_high", hdm::target_high},
}};

constexpr const char* register_help =
    "expected hdm.capability, hdm.global_control, decoder[N].base_low (base_high, size_low, "
    "size_high, control, target_low, target_high, skip_low, skip_high), dvsec.control or an offset";

struct Word {
  std::string text;
  int column = 0;
};

std::vector<Word> split(const std::string& line) {
  std::vector<Word> words;
  std::size_t at = 0;
  while ((at = line.find_first_not_of(" \t\r", at)) != std::string::npos && line[at] != '#') {
    const std::size_t end = std::min(line.find_first_of(" \t\r#", at), line.size());
    words.push_back({line.substr(at, end - at), static_cast<int>(at) + 1});
    at = end;
  }
  return words;
}

std::uint64_t number(const Word& word, Location location) {
  location.column = word.column;
  const auto parsed = parse_integer(word.text);
  if (!parsed) throw InputError(location, parsed.problem());
  return *parsed;
}

void take_size(const Word& word, MmioStep& step) {
  Location location = step.location;
  location.column = word.column;
  const std::uint64_t size = number({word.text.substr(5), word.column + 5}, step.location);
  if (size != 1 && size != 2 && size != 4 && size != 8) {
    throw InputError(location, "expected a size of 1, 2, 4 or 8 bytes, got " + quotable(word.text));
  }
  step.size = static_cast<unsigned>(size);
}

MmioStep parse_step(const std::vector<Word>& words, Location location) {
  MmioStep step;
  location.column = words[0].column;
  step.location = location;
  step.is_write = words[0].text == "write";
  if (!step.is_write && words[0].text != "read") {
    throw InputError(location, "expected 'write' or 'read', got " + quotable(words[0].text));
  }
  if (words.size() < 3) {
    throw InputError(location, "expected COMPONENT REGISTER VALUE after '" + words[0].text + "'");
  }
  step.component = words[1].text;
  step.reg = words[2].text;
  for (std::size_t i = 3; i < words.size(); ++i) {
    if (words[i].text.rfind("size=", 0) == 0) {
      take_size(words[i], step);
    } else if (!step.value) {
      step.value = number(words[i], location);
    } else {
      location.column = words[i].column;
      throw InputError(location, "unexpected " + quotable(words[i].text) + " after the value");
    }
  }
  if (step.is_write && !step.value) throw InputError(location, "expected a value to write");
  const bool fits = !step.value || step.size == 8 || *step.value >> (8 * step.size) == 0;
  if (!fits) {
    throw InputError(
        location, fmt::format("expected a value of {} bytes, got {:#x}", step.size, *step.value));
  }
  return step;
}

/// getline() that gives up on a line that is too long to be one.
bool next_line(std::istream& text, std::string& line, const Location& location) {
  line.clear();
  for (int c = text.get(); c != std::char_traits<char>::eof(); c = text.get()) {
    if (c == '\n') return true;
    if (line.size() == longest_line) {
      throw InputError(location, fmt::format("line longer than {} bytes", longest_line));
    }
    line.push_back(static_cast<char>(c));
  }
  return !line.empty();
}

const Component& find_component(const Platform& platform, const MmioStep& step) {
  if (const Component* component = platform.find_component(step.component)) return *component;
  std::vector<std::string_view> known;
  for (const Component& component : platform.components()) known.push_back(component.label);
  throw InputError(step.location, fmt::format("no component {}{}", quotable(step.component),
                                              traffic::did_you_mean(step.component, known)));
}

std::optional<std::uint32_t> decoder_register(const std::string& reg) {
  const std::size_t close = reg.find("].");
  if (reg.rfind("decoder[", 0) != 0 || close == std::string::npos) return std::nullopt;
  const auto index = parse_integer(reg.substr(8, close - 8));
  if (!index || *index >= 32) return std::nullopt;
  for (const NamedRegister& named : decoder_registers) {
    if (reg.compare(close + 2, std::string::npos, named.name) == 0) {
      return hdm::offset_of(static_cast<unsigned>(*index), named.offset);
    }
  }
  return std::nullopt;
}

std::uint64_t find_offset(Platform& platform, const Component& component, const MmioStep& step) {
  if (step.reg == "dvsec.control" && component.kind == address::ComponentKind::device) {
    return fabric::Type3Device::config_space + address::DeviceConfigSpace::dvsec_control;
  }
  if (const auto plain = parse_integer(step.reg)) return *plain;
  std::optional<std::uint32_t> offset = decoder_register(step.reg);
  if (step.reg == "hdm.capability") offset = hdm::capability;
  if (step.reg == "hdm.global_control") offset = hdm::global_control;
  if (!offset) {
    throw InputError(step.location,
                     fmt::format("no register {}: {}", quotable(step.reg), register_help));
  }
  const std::uint32_t structure = platform.mmio().hdm_structure(component.mmio_block);
  if (structure == 0) {
    throw InputError(step.location, component.label +
                                        " is a pass-through host bridge: it has no "
                                        "HDM decoders (passthrough: off gives it some)");
  }
  return structure + *offset;
}

MmioVerdict carry_out(Platform& platform, const MmioStep& step) {
  const Component& component = find_component(platform, step);
  MmioVerdict result;
  result.step = step;
  result.offset = find_offset(platform, component, step);
  if (step.is_write) {
    using Effect = address::WriteVerdict::Effect;
    const auto verdict =
        platform.mmio().write(component.mmio_block, result.offset, *step.value, step.size);
    result.verdict = address::describe(verdict);
    result.ok = verdict.effect == Effect::stored || verdict.effect == Effect::committed ||
                verdict.effect == Effect::uncommitted;
    return result;
  }
  result.read_value = platform.mmio().read(component.mmio_block, result.offset, step.size);
  result.ok = !step.value || *step.value == result.read_value;
  result.verdict = fmt::format("reads {:#x}", result.read_value);
  if (!result.ok) result.verdict += fmt::format(", expected {:#x}", *step.value);
  return result;
}

}  // namespace

std::vector<MmioStep> read_mmio_text(std::istream& text, const std::string& file) {
  std::vector<MmioStep> steps;
  std::string line;
  Location location;
  location.file = file;
  for (location.line = 1; next_line(text, line, location); ++location.line) {
    const auto words = split(line);
    if (!words.empty()) steps.push_back(parse_step(words, location));
  }
  if (steps.empty()) throw InputError(location, "no register access in this file");
  return steps;
}

std::vector<MmioStep> read_mmio_script(const std::string& path) {
  Location location;
  location.file = path;
  const std::string kind = traffic::irregular_kind(path);
  if (!kind.empty()) throw InputError(location, "expected a regular file, got " + kind);
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw InputError(location, "cannot be read: " + error.message());
  if (size > largest_file)
    throw InputError(location, "expected a register script of at most 64MiB");
  std::ifstream text(path, std::ios::binary);
  if (!text) throw InputError(location, "cannot be opened for reading");
  return read_mmio_text(text, path);
}

std::vector<MmioVerdict> replay(Platform& platform, const std::vector<MmioStep>& steps) {
  std::vector<MmioVerdict> verdicts;
  for (const MmioStep& step : steps) verdicts.push_back(carry_out(platform, step));
  return verdicts;
}

}  // namespace cxlpool::platforms
