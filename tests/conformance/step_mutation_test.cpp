// SPDX-License-Identifier: Apache-2.0
// The expectations of scenarios and translation vectors, made wrong one at a time, must be found.
#include <fstream>

#include <gtest/gtest.h>

#include "platforms/conform/scenario_run.h"
#include "platforms/conform/translate_pure.h"
#include "platforms/input_error.h"

namespace cxlpool::platforms {
namespace {

using nlohmann::json;

json load(const std::string& name) {
  std::ifstream stream(CXLPOOL_VECTORS "/" + name);
  return json::parse(stream);
}

/// Where a step says what should come.
json& answer(json& step, const char* key) {
  return step.contains("expect") && step["expect"].contains(key) ? step["expect"][key] : step[key];
}

void change_value(json& value) {
  if (value.is_number()) {
    value = value.get<std::uint64_t>() ^ 1;
  } else {
    std::string text = value;
    text.back() = text.back() == '0' ? '1' : '0';
    value = text;
  }
}

/// Every way to make one step's expectation wrong.
std::vector<json> wrong_steps(const json& step) {
  std::vector<json> wrong;
  const auto add = [&](const auto& change) {
    json changed = step;
    change(changed);
    wrong.push_back(std::move(changed));
  };
  const std::string op = step.at("op");
  if (op == "read" || op == "reg_read") add([](json& s) { change_value(answer(s, "value")); });
  if (op == "read" || op == "write") {
    add([](json& s) { answer(s, "memtx") = answer(s, "memtx") == "ok" ? "error" : "ok"; });
  }
  if (op != "write") return wrong;
  const bool bytes = step.contains("landed_bytes");
  if (step.contains("expect") && step.at("expect").contains("landed") && bytes) return wrong;
  const char* landed = bytes ? "landed_bytes" : "landed";
  json changed = step;
  if (answer(changed, landed).empty()) {
    add([&](json& s) {
      answer(s, landed) = json::array({bytes ? json{"dev0", 0, "00"} : json{"dev0", 0}});
    });
    return wrong;
  }
  add([&](json& s) { answer(s, landed)[0][1] = answer(s, landed)[0][1].get<std::uint64_t>() + 1; });
  add([&](json& s) { answer(s, landed).erase(0); });
  if (bytes) add([&](json& s) { change_value(answer(s, landed)[0][2]); });
  return wrong;
}

bool found_wrong(const json& scenario) {
  const std::string file = "mutated";
  const json document = {{"scenarios", json::array({scenario})}};
  try {
    const ScenarioFile read = read_scenario_file(JsonNode(file, document));
    return run_scenarios(read, {}).difference_count != 0;
  } catch (const InputError&) {
    return true;
  }
}

TEST(StepMutations, OfScenariosAreFound) {
  const json file = load("routing_errors.json");
  std::size_t count = 0;
  for (const json& scenario : file.at("scenarios")) {
    ASSERT_FALSE(found_wrong(scenario)) << scenario.at("id");
    const std::size_t steps = scenario.at("steps").size();
    // The last, and some before.
    for (const std::size_t i : {steps - 1, steps / 2, steps / 3, std::size_t{0}}) {
      for (const json& wrong : wrong_steps(scenario.at("steps")[i])) {
        json changed = scenario;
        changed["steps"][i] = wrong;
        EXPECT_TRUE(found_wrong(changed)) << scenario.at("id") << " step " << i << ": " << wrong;
        ++count;
      }
    }
  }
  EXPECT_GT(count, 200u);
}

bool arithmetic_found_wrong(const json& document) {
  const std::string file = "mutated";
  Progress progress;
  Checker checker(progress);
  try {
    check_arithmetic(read_translate_file(JsonNode(file, document)), checker);
  } catch (const InputError&) {
    return true;
  }
  return checker.finish().difference_count != 0;
}

void mutate_numbers(const json& original, const json::json_pointer& object,
                    const std::vector<const char*>& ignored) {
  for (const auto& member : original.at(object).items()) {
    if (!member.value().is_number() && !member.value().is_boolean()) continue;
    if (std::count(ignored.begin(), ignored.end(), member.key())) continue;
    json changed = original;
    json& value = changed[object / member.key()];
    if (value.is_boolean()) {
      value = !value.get<bool>();
    } else {
      value = value.get<std::int64_t>() + 1;
    }
    EXPECT_TRUE(arithmetic_found_wrong(changed)) << (object / member.key()).to_string();
  }
}

TEST(StepMutations, OfTranslationVectorsAreFound) {
  json original = load("translate.json");
  original.erase("random_round_trip");
  ASSERT_FALSE(arithmetic_found_wrong(original));
  const json::json_pointer root;
  for (const std::size_t i : {0u, 30u, 90u}) mutate_numbers(original, root / "vectors" / i, {});
  for (const std::size_t i : {5u, 100u, 167u}) {
    mutate_numbers(original, root / "generated_modulo" / "vectors" / i, {});
  }
  // A size may be larger and a base of another granule change nothing.
  mutate_numbers(original, root / "other_device_decode_vectors" / "vectors" / 3, {"decoder_size"});
  const auto cases = root / "generated_hierarchy_modulo" / "cases";
  for (const std::size_t i : {6u, 18u, 24u}) {
    mutate_numbers(original, cases / i, {"switch_granularity", "hb_granularity"});
    mutate_numbers(original, cases / i / "rows" / 5, {});
  }
  for (const char* code : {"0", "2", "10"}) {
    json changed = original;
    changed["xormaps_used_by_hb_eiw"][code] = 5;
    EXPECT_TRUE(arithmetic_found_wrong(changed));
  }
  for (std::size_t i = 0; i < original.at("xormaps").size(); ++i) {
    json changed = original;
    changed["xormaps"][i] = changed["xormaps"][i].get<std::uint64_t>() * 2;
    EXPECT_TRUE(arithmetic_found_wrong(changed));
  }
  json changed = original;
  changed["parameter_validity"][0]["valid"] = false;
  EXPECT_TRUE(arithmetic_found_wrong(changed));
}

}  // namespace
}  // namespace cxlpool::platforms
