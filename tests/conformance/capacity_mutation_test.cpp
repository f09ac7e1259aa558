// SPDX-License-Identifier: Apache-2.0
// The expectations of dynamic-capacity files, made wrong one at a time, must be found.
#include <fstream>
#include <functional>

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

/// What steps say a second time: each occurrence made wrong in turn, with the rest as it was.
struct Repeated {
  const char* file;
  const char* key;                          ///< as `expect` has it, or else the step
  std::function<bool(json& field)> change;  ///< false where there is nothing to change
};

bool rename(json& field) {
  field = field == "SUCCESS" ? "INVALID_INPUT" : "SUCCESS";
  return true;
}

/// Makes the first number, flag or word of `field` wrong, at any depth; timestamps aside.
bool change_first(json& field, const std::string& key = "") {
  if (field.is_boolean()) {
    field = !field.get<bool>();
  } else if (field.is_number_unsigned()) {
    field = field.get<std::uint64_t>() + 1;
  } else if (field.is_string()) {
    field = field.get<std::string>() + "0";
  } else {
    for (auto& item : field.items()) {
      if (change_first(item.value(), item.key())) return true;
    }
    return false;
  }
  return key != "timestamp";
}

class RepeatedFields : public testing::TestWithParam<Repeated> {};

TEST_P(RepeatedFields, AreComparedToo) {
  const Repeated& repeated = GetParam();
  const json original = load_capacity(repeated.file);
  std::size_t changed_steps = 0;
  for (std::size_t i = 0; i < original["steps"].size() && changed_steps < 12; ++i) {
    json changed = original;
    json* field = answer_of(changed["steps"][i], repeated.key);
    if (!field || !repeated.change(*field)) continue;
    ++changed_steps;
    const std::string name = repeated.file;
    const Tally tally = run_capacity(read_capacity_file(JsonNode(name, changed)), {});
    ASSERT_EQ(tally.difference_count, 1u) << repeated.key << " of step " << i << " of " << name;
    EXPECT_NE(tally.differences[0].path.find(std::string(".") + repeated.key), std::string::npos)
        << tally.differences[0].path;
  }
  EXPECT_GT(changed_steps, 0u);
}

bool change_list(json& field, const char* list, const char* member) {
  if (!field.contains(list) || field[list].empty()) return false;
  return change_first(field[list].back()[member]);
}
bool drop_last(json& field, const char* list) {
  if (!field.contains(list) || field[list].empty()) return false;
  field[list].erase(field[list].size() - 1);
  return true;
}
bool increment(json& field) {
  if (!field.is_number()) return false;
  field = field.get<std::uint64_t>() + 1;
  return true;
}

INSTANTIATE_TEST_SUITE_P(
    Files, RepeatedFields,
    testing::Values(
        Repeated{"D01_initial.json", "rc_name", rename},
        Repeated{"D19_accept_zero_len.json", "rc_name", rename},
        Repeated{"F01_fmapi_info.json", "rc_name", rename},
        Repeated{"F01_fmapi_info.json", "rc", increment},
        Repeated{"F01_fmapi_info.json", "response", [](json& f) { return change_bytes(&f); }},
        Repeated{"D01_initial.json", "decoded", [](json& f) { return change_first(f); }},
        Repeated{"D02_accept_all.json", "decoded",
                 [](json& f) { return change_list(f, "extents", "len"); }},
        Repeated{"D02_accept_all.json", "decoded", [](json& f) { return drop_last(f, "extents"); }},
        Repeated{"D02_accept_all.json", "decoded",
                 [](json& f) { return change_list(f, "records", "extent"); }},
        Repeated{"D02_accept_all.json", "decoded",
                 [](json& f) { return change_list(f, "records", "type"); }},
        Repeated{"D02_accept_all.json", "decoded", [](json& f) { return drop_last(f, "records"); }},
        Repeated{"N01_three_regions.json", "decoded",
                 [](json& f) { return change_list(f, "regions", "base"); }},
        Repeated{"F02_fmapi_add_release.json", "decoded",
                 [](json& f) { return change_list(f, "extents", "tag"); }},
        Repeated{"D14_release_in_use.json", "dpa", increment}));

/// A tunnel that refuses has no message in its answer, so what the file says of one is wrong.
TEST(CapacityFiles, ThatSayAnythingOfAMessageThatIsNotThereDiffer) {
  for (const auto& [key, value] :
       {std::pair<const char*, json>{"rc", 0u}, {"rc_name", "SUCCESS"}, {"response", ""}}) {
    json document = load_capacity("N15_tunnel_malformed.json");
    ASSERT_EQ(document["steps"][2]["tunnel_rc"], 22);
    document["steps"][2][key] = value;
    if (std::string(key) == "rc_name") document["steps"][2]["rc"] = 0u;
    const std::string name = "file.json";
    const Tally tally = run_capacity(read_capacity_file(JsonNode(name, document)), {});
    ASSERT_GT(tally.difference_count, 0u) << key;
    EXPECT_EQ(tally.differences.back().got, "no message") << key;
  }
}

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
  EXPECT_EQ(error_after([](json& d) { d["device"]["static"] = 5; }), "device.static");
  EXPECT_EQ(error_after([](json& d) { d["device"]["hpa_base"] = 5; }), "device.hpa_base");
}

/// A tunnel step has its request twice, whole and without the headers.
TEST(CapacityFiles, WhoseRequestsContradictThemselvesSayWhere) {
  const auto error_after = [](const char* key, const json& value) -> std::string {
    json document = load_capacity("F01_fmapi_info.json");
    document["steps"][2][key] = value;
    const std::string name = "file.json";
    try {
      read_capacity_file(JsonNode(name, document));
    } catch (const InputError& error) {
      return error.location().path;
    }
    return "";
  };
  EXPECT_EQ(error_after("request", "00000803"), "steps[2].request");
  EXPECT_EQ(error_after("port", 1), "steps[2].port");
  EXPECT_EQ(error_after("opcode", 0x5600), "steps[2].opcode");
  EXPECT_EQ(error_after("tunnel_request", "00"), "steps[2].request");
  EXPECT_EQ(error_after("note", "nothing"), "");
}

}  // namespace
}  // namespace cxlpool::platforms
