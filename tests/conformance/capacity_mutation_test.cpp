// SPDX-License-Identifier: Apache-2.0
// The expectations of dynamic-capacity files, made wrong one at a time, must be found.
#include <fstream>

#include <gtest/gtest.h>

#include "platforms/conform/capacity_run.h"
#include "platforms/input_error.h"

namespace cxlpool::platforms {
namespace {

using nlohmann::json;

json load_capacity(const std::string& name) {
  std::ifstream stream(CXLPOOL_VECTORS "/dcd/" + name);
  return json::parse(stream);
}

json* answer_of(json& step, const char* key) {
  if (step.contains("expect") && step["expect"].contains(key)) return &step["expect"][key];
  return step.contains(key) ? &step[key] : nullptr;
}

/// Changes the first byte that is compared; false where there is none.
bool change_bytes(json* hex) {
  if (!hex || !hex->is_string()) return false;
  std::string text = *hex;
  if (text.empty() || text[0] == '?') return false;
  text[0] = text[0] == '0' ? '8' : '0';
  *hex = text;
  return true;
}

bool change_number(json* number) {
  if (!number || !number->is_number()) return false;
  *number = number->get<std::uint64_t>() ^ 1;
  return true;
}

bool make_wrong(json& step) {
  const std::string op = step.at("op");
  if (op == "qmp") {
    json& result = *answer_of(step, "result");
    result = result.contains("return") ? json{{"error", {{"class", "GenericError"}, {"desc", ""}}}}
                                       : json{{"return", json::object()}};
    return true;
  }
  if (op == "mbox") {
    const bool has_log = step.contains("expect") && step["expect"].contains("cel_common");
    return (!has_log && change_bytes(answer_of(step, "response"))) ||
           change_number(answer_of(step, "rc"));
  }
  if (op == "tunnel") {
    return change_bytes(answer_of(step, "tunnel_response")) ||
           change_number(answer_of(step, "tunnel_rc"));
  }
  if (op == "event_status" || op == "reg_read" || op == "read") {
    return change_number(answer_of(step, "value"));
  }
  if (op == "write") {
    json& status = *answer_of(step, "memtx");
    status = status == "ok" ? "error" : "ok";
    return true;
  }
  return false;
}

class CapacityMutations : public testing::TestWithParam<const char*> {};

TEST_P(CapacityMutations, AreFound) {
  const json original = load_capacity(GetParam());
  std::size_t found = 0;
  for (std::size_t i = 0; i < original["steps"].size(); ++i) {
    json changed = original;
    if (!make_wrong(changed["steps"][i])) continue;
    const std::string name = GetParam();
    const Tally tally = run_capacity(read_capacity_file(JsonNode(name, changed)), {});
    EXPECT_GT(tally.difference_count, 0u) << "step " << i << " of " << name;
    ++found;
  }
  EXPECT_GT(found, 3u);
}

INSTANTIATE_TEST_SUITE_P(Files, CapacityMutations,
                         testing::Values("D01_initial.json", "D14_release_in_use.json",
                                         "D31_system_reset.json", "N18_selection_policies.json",
                                         "N15_tunnel_malformed.json"));

/// What a file leaves out or says wrongly is an error at its place, not a crash.
TEST(CapacityFiles, ThatAreBrokenSayWhere) {
  const auto error_after = [](const auto& change) -> std::string {
    json document = load_capacity("D02_accept_all.json");
    change(document);
    const std::string name = "file.json";
    try {
      run_capacity(read_capacity_file(JsonNode(name, document)), {});
    } catch (const InputError& error) {
      return error.location().path;
    }
    return "";
  };
  EXPECT_EQ(error_after([](json& d) { d["steps"] = json::array(); }), "steps");
  EXPECT_EQ(error_after([](json& d) { d["steps"][0]["op"] = "dance"; }), "steps[0].op");
  EXPECT_EQ(error_after([](json& d) { d["device"]["regions"] = 9; }), "device.regions");
  EXPECT_EQ(error_after([](json& d) { d["device"]["region_len"] = 5; }), "device.region_len");
  EXPECT_EQ(error_after([](json& d) { d["steps"][0]["result"] = 5; }), "steps[0].result");
}

}  // namespace
}  // namespace cxlpool::platforms
