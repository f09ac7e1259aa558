// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/scenario_file.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "platforms/conform/step_node.h"
#include "platforms/input_error.h"

namespace cxlpool::platforms {
namespace {

using Step = ScenarioStep;

template <typename Value>
Value choose(const JsonNode& node, const std::map<std::string, Value>& choices) {
  const auto found = choices.find(node.text());
  if (found != choices.end()) return found->second;
  std::string names;
  for (const auto& choice : choices) names += (names.empty() ? "" : ", ") + choice.first;
  node.fail(fmt::format("expected one of {}, got \"{}\"", names, quotable(node.text())));
}

const std::map<std::string, Step::Op>& operations() {
  static const std::map<std::string, Step::Op> all = {{"reg_write", Step::Op::reg_write},
                                                      {"reg_read", Step::Op::reg_read},
                                                      {"write", Step::Op::write},
                                                      {"read", Step::Op::read}};
  return all;
}

const std::map<std::string, Step::Register>& registers() {
  using Register = Step::Register;
  static const std::map<std::string, Register> all = {{"base_lo", Register::base_lo},
                                                      {"base_hi", Register::base_hi},
                                                      {"size_lo", Register::size_lo},
                                                      {"size_hi", Register::size_hi},
                                                      {"ctrl", Register::ctrl},
                                                      {"target_lo", Register::target_lo},
                                                      {"target_hi", Register::target_hi},
                                                      {"skip_lo", Register::skip_lo},
                                                      {"skip_hi", Register::skip_hi},
                                                      {"global_ctrl", Register::global_ctrl},
                                                      {"capability", Register::capability},
                                                      {"dvsec_ctrl", Register::dvsec_ctrl}};
  return all;
}

bool belongs_to_decoder(Step::Register reg) { return reg < Step::Register::global_ctrl; }

/// The value of an access: an integer up to 8 bytes, hex in memory order above.
void read_value(const JsonNode& node, Step& step) {
  if (step.size > 8) {
    step.value = read_hex(node, &step.compared);
    if (step.value.size() != step.size) {
      node.fail(fmt::format("expected {} bytes, got {}", step.size, step.value.size()));
    }
    return;
  }
  const std::uint64_t most = step.size == 8 ? ~0ull : (1ull << 8 * step.size) - 1;
  const std::uint64_t value = node.number(most);
  for (unsigned i = 0; i < step.size; ++i) {
    step.value.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  }
  step.compared.assign(step.size, true);
}

LandedBytes read_place(const JsonNode& node, std::size_t members) {
  const auto parts = node.items();
  if (parts.size() != members) {
    node.fail(fmt::format("expected {} members, got {}", members, parts.size()));
  }
  LandedBytes place;
  place.device = parts[0].text();
  place.dpa = parts[1].number_as<std::uint64_t>();
  if (members == 3) place.bytes = read_hex(parts[2]);
  return place;
}

/// `landed_bytes`, where not empty, goes before `landed`; an answer that `expect` gives in one form
/// alone replaces the other form too.
bool counts_in_bytes(const StepNode& node) {
  if (!node.states("landed")) return true;
  if (!node.states("landed_bytes")) return false;
  if (node.replaces("landed") != node.replaces("landed_bytes")) {
    return node.replaces("landed_bytes");
  }
  return !node.at("landed_bytes").items().empty();
}

void read_landed(const StepNode& node, Step& step) {
  step.lists_bytes = node.states("landed_bytes");
  const bool in_bytes = counts_in_bytes(node);
  for (const JsonNode& item : node.at(in_bytes ? "landed_bytes" : "landed").items()) {
    LandedBytes place = read_place(item, in_bytes ? 3 : 2);
    if (!in_bytes) place.bytes = step.value;
    step.landed.push_back(std::move(place));
  }
  step.landed = merged(std::move(step.landed));
}

void read_register_step(const JsonNode& plain, const StepNode& node, Step& step) {
  step.component = plain.at("component").text();
  step.reg = choose(plain.at("reg"), registers());
  if (belongs_to_decoder(step.reg)) {
    step.decoder = static_cast<unsigned>(plain.at("decoder").number(31));
  }
  if (step.size != 1 && step.size != 2 && step.size != 4 && step.size != 8) {
    plain.at("size").fail(fmt::format("expected 1, 2, 4 or 8, got {}", step.size));
  }
  step.register_value = node.at("value").number_as<std::uint64_t>();
}

}  // namespace

ScenarioStep read_scenario_step(const JsonNode& plain) {
  constexpr std::uint64_t longest_access = 1 << 20;
  const StepNode node(plain);
  Step step;
  step.path = plain.path();
  step.op = choose(plain.at("op"), operations());
  step.size = static_cast<unsigned>(plain.at("size").number(longest_access, 1));
  if (step.op == Step::Op::reg_write || step.op == Step::Op::reg_read) {
    read_register_step(plain, node, step);
    return step;
  }
  step.hpa = plain.at("hpa").number_as<std::uint64_t>();
  step.ok = choose(node.at("memtx"), std::map<std::string, bool>{{"ok", true}, {"error", false}});
  read_value(node.at("value"), step);
  if (step.op == Step::Op::write) read_landed(node, step);
  return step;
}

std::vector<LandedBytes> merged(std::vector<LandedBytes> pieces) {
  std::stable_sort(pieces.begin(), pieces.end(), [](const auto& a, const auto& b) {
    return std::tie(a.device, a.dpa) < std::tie(b.device, b.dpa);
  });
  std::vector<LandedBytes> result;
  for (LandedBytes& piece : pieces) {
    if (piece.bytes.empty()) continue;
    const bool adjoins = !result.empty() && result.back().device == piece.device &&
                         result.back().dpa + result.back().bytes.size() == piece.dpa;
    if (!adjoins) {
      result.push_back(std::move(piece));
    } else {
      result.back().bytes.insert(result.back().bytes.end(), piece.bytes.begin(), piece.bytes.end());
    }
  }
  return result;
}

ScenarioFile read_scenario_file(const JsonNode& node) {
  ScenarioFile file;
  for (const JsonNode& item : node.at("scenarios").some_items()) {
    Scenario scenario;
    scenario.path = item.path();
    scenario.id = item.at("id").text();
    scenario.topology = read_topology(item.at("topology"));
    for (const JsonNode& step : item.at("steps").some_items()) {
      scenario.steps.push_back(read_scenario_step(step));
    }
    file.scenarios.push_back(std::move(scenario));
  }
  return file;
}

}  // namespace cxlpool::platforms
