// SPDX-License-Identifier: Apache-2.0
// A conformance runner that says "no difference" to everything passes every file. Here routing
// files are made wrong in every kind of way, and each must be found out, but for those that change
// nothing that can be seen: the table below says which, and why.
#include <fstream>
#include <iostream>
#include <regex>

#include <gtest/gtest.h>

#include "platforms/conform/routing_run.h"
#include "platforms/input_error.h"
#include "tests/conformance/mutations.h"

namespace cxlpool::platforms {
namespace {

using nlohmann::json;

struct Equivalent {
  const char* pattern;  ///< of the mutation's name
  const char* reason;
  /// Whether the file is one for which the reason holds; `match` is the pattern's first group,
  /// the path of the field or entry.
  bool (*holds)(const json& file, const std::string& match);
};

bool always(const json&, const std::string&) { return true; }
bool misconfigured(const json& file, const std::string&) { return file.at("misconfigured"); }

/// The value at a path as reports write it: topology.devices[0].decoders[1].
const json& at_path(const json& file, const std::string& path) {
  std::string pointer = "/" + std::regex_replace(path, std::regex(R"(\[(\d+)\])"), "/$1");
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  return file.at(json::json_pointer(pointer));
}

bool one_way(const json& file, const std::string& decoder) {
  return at_path(file, decoder).at("iw") == 0;
}
bool three_ways(const json& file, const std::string& decoder) {
  return at_path(file, decoder).at("iw") == 8;
}
/// Everything is one way, so that nothing cuts a run but where the witness stopped to look.
bool whole_run(const json& file, const std::string&) {
  for (const json& device : file.at("topology").at("devices")) {
    for (const json& decoder : device.at("decoders")) {
      if (decoder.at("iw") != 0) return false;
    }
  }
  return true;
}

const Equivalent equivalents[] = {
    {R"((.*)\.chbcr = .*)",
     "register blocks are reached through their component's socket, not at a host address", always},
    {R"((.*decoders\[\d+\]) ig \d+, consistently)", "the granularity of one way selects nothing",
     one_way},
    {R"((.*devices\[\d+\]\.decoders\[\d+\]) ig \d+, consistently)",
     "of 3 ways, positions 0 and 2 get the same DPA at twice the granularity", three_ways},
    {R"((vectors\[\d+\])\.kind = .*)", "how the witness chose the address", always},
    {R"((lost)\[\d+\] = \d+)", "an address that the witness did not write, and others overwrite",
     misconfigured},
    {R"((counts\.(duplicates|readback_mismatch)) = .*)", "how the witness judged itself", always},
    {R"((misconfigured) = true)", "asks less of the programming, which is legal all the same",
     always},
    {R"((runs\[\d+\])\.len = \d+)", "the witness looked at a part of a longer run", whole_run},
    {R"((.*)\.size = \d+)",
     "nothing arrives beyond the window, and of illegal programming it is not asked to end there",
     misconfigured},
    {R"((topology\.host_bridges\[0\]\.decoders\[0\])(\.targets\[1\] = 2| iw 0, consistently))",
     "the address bit that selects the root port has selected the bridge: one target gets nothing",
     misconfigured},
};

const char* why_equivalent(const json& file, const std::string& name) {
  for (const Equivalent& each : equivalents) {
    std::smatch match;
    if (std::regex_match(name, match, std::regex(each.pattern)) && each.holds(file, match[1])) {
      return each.reason;
    }
  }
  return nullptr;
}

bool found_wrong(const json& document) {
  const std::string file = "mutated";
  try {
    const RoutingFile routing = read_routing_file(JsonNode(file, document));
    return run_routing(routing, {}).difference_count != 0;
  } catch (const InputError&) {
    return true;
  }
}

json load(const std::string& name) {
  std::ifstream stream(CXLPOOL_VECTORS "/routing/" + name + ".json");
  return json::parse(stream);
}

class Mutations : public testing::TestWithParam<const char*> {};

TEST_P(Mutations, AreFound) {
  const json original = load(GetParam());
  ASSERT_FALSE(found_wrong(original));
  const auto mutations = mutations_of(original);
  ASSERT_GT(mutations.size(), 100u);
  std::size_t equivalent = 0;
  for (const Mutation& mutation : mutations) {
    if (found_wrong(mutation.document)) continue;
    const char* reason = why_equivalent(original, mutation.name);
    EXPECT_TRUE(reason) << mutation.name << " is not found";
    ++equivalent;
    if (reason) std::cout << mutation.name << ": " << reason << "\n";
  }
  std::cout << mutations.size() - equivalent << " of " << mutations.size()
            << " mutations found, the others change nothing\n";
}

TEST_P(Mutations, OrderOfEntriesMeansNothing) {
  const json original = load(GetParam());
  for (const Mutation& mutation : reorderings_of(original)) {
    EXPECT_FALSE(found_wrong(mutation.document)) << mutation.name;
  }
}

std::string test_name(const testing::TestParamInfo<const char*>& info) { return info.param; }

INSTANTIATE_TEST_SUITE_P(Files, Mutations,
                         testing::Values("T1_hfp", "T1_g512", "T2_rev_g1024", "T3_perm_g2048",
                                         "T4_perm_w256_h512", "T4_bad_w256_h256", "T5_w256_s512",
                                         "T5b_1hb_1rp_sw8_g256", "T6a_vmem_pmem", "T6b_skip",
                                         "T6d_4dec_switch", "T6e_two_regions_one_window",
                                         "T7_3way_al_g256", "T7_6way_w3x2048_s2x1024"),
                         test_name);

}  // namespace
}  // namespace cxlpool::platforms
