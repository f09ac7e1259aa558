// SPDX-License-Identifier: Apache-2.0
// Address translation as the Linux kernel and ndctl test it.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/address/window.h"

namespace cxlpool::address {
namespace {

using nlohmann::json;

class TranslateVectors : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::ifstream file(CXLPOOL_TRANSLATE_VECTORS);
    ASSERT_TRUE(file) << "cannot open " CXLPOOL_TRANSLATE_VECTORS;
    file_ = json::parse(file);
  }
  static void TearDownTestSuite() { file_ = nullptr; }

  static std::uint64_t number(const json& object, const char* key) {
    return object.at(key).get<std::uint64_t>();
  }
  static unsigned small(const json& object, const char* key) {
    return object.at(key).get<unsigned>();
  }

  inline static json file_;
};

TEST_F(TranslateVectors, UpstreamModuloAndXor) {
  const XorMaps maps(file_.at("xormaps").get<std::vector<std::uint64_t>>());
  const json& vectors = file_.at("vectors");
  ASSERT_FALSE(vectors.empty());
  std::size_t xor_vectors = 0;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    const json& v = vectors[i];
    SCOPED_TRACE("vectors[" + std::to_string(i) + "] " + v.dump());
    const auto region = Interleave::from_codes(small(v, "region_eiw"), small(v, "region_eig"));
    ASSERT_TRUE(region);
    ASSERT_EQ(region->ways(), small(v, "region_ways"));
    ASSERT_EQ(region->granularity(), small(v, "granularity"));
    const bool is_xor = v.at("math") == "xor";
    const unsigned count = is_xor ? XorMaps::needed(small(v, "hb_ways")) : 0;
    const std::uint64_t hpa = number(v, "hpa_offset");
    const std::uint64_t dpa = number(v, "dpa_offset");
    const unsigned position = small(v, "pos");

    ASSERT_EQ(maps.apply(region->hpa_offset(dpa, position), count), hpa);
    ASSERT_EQ(region->dpa_offset(hpa), dpa);
    ASSERT_EQ(region->position(maps.apply(hpa, count)), position);

    FixedMemoryWindow window;
    window.size = hdm_quantum * small(v, "hb_ways") * 256;
    window.interleave = *Interleave::from_codes(small(v, "hb_eiw"), small(v, "region_eig"));
    window.targets.resize(small(v, "hb_ways"));
    window.arithmetic = is_xor ? Arithmetic::exclusive_or : Arithmetic::modulo;
    window.xor_maps = maps;
    ASSERT_TRUE(window.contains(hpa));
    ASSERT_EQ(window.violations(), std::vector<std::string>());
    ASSERT_EQ(window.target_index(hpa), position % small(v, "hb_ways"));
    xor_vectors += is_xor;
  }
  EXPECT_GT(xor_vectors, 0u);
}

TEST_F(TranslateVectors, XorMapsThatEachRootUses) {
  for (const auto& [code, count] : file_.at("xormaps_used_by_hb_eiw").items()) {
    EXPECT_EQ(XorMaps::needed(*decode_ways(static_cast<unsigned>(std::stoul(code)))), count)
        << code;
  }
}

TEST_F(TranslateVectors, ParameterValidity) {
  const json& vectors = file_.at("parameter_validity");
  ASSERT_FALSE(vectors.empty());
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    const json& v = vectors[i];
    const auto region = Interleave::from_codes(small(v, "region_eiw"), small(v, "region_eig"));
    const auto position = v.at("pos").get<std::int64_t>();
    const bool valid = region && position >= 0 && position < region->ways();
    ASSERT_EQ(valid, v.at("valid").get<bool>()) << "parameter_validity[" << i << "] " << v.dump();
  }
}

TEST_F(TranslateVectors, GeneratedModulo) {
  const json& vectors = file_.at("generated_modulo").at("vectors");
  ASSERT_FALSE(vectors.empty());
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    const json& v = vectors[i];
    SCOPED_TRACE("generated_modulo.vectors[" + std::to_string(i) + "] " + v.dump());
    const auto region = Interleave::from_codes(small(v, "region_eiw"), small(v, "region_eig"));
    ASSERT_TRUE(region);
    const std::uint64_t hpa = number(v, "hpa_offset");
    ASSERT_EQ(region->hpa_offset(number(v, "dpa_offset"), small(v, "pos")), hpa);
    ASSERT_EQ(region->dpa_offset(hpa), number(v, "dpa_offset"));
    ASSERT_EQ(region->position(hpa), small(v, "pos"));
  }
}

TEST_F(TranslateVectors, OtherDeviceDecoders) {
  const json& vectors = file_.at("other_device_decode_vectors").at("vectors");
  ASSERT_FALSE(vectors.empty());
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    const json& v = vectors[i];
    const auto device = Interleave::from_codes(small(v, "iw"), small(v, "ig"));
    ASSERT_TRUE(device);
    ASSERT_EQ(device->dpa_offset(number(v, "hpa") - number(v, "decoder_base")), number(v, "dpa"))
        << "other_device_decode_vectors.vectors[" << i << "] " << v.dump();
  }
}

/// Index at a level; some cases have granularities there that no register can hold.
unsigned index_at(std::uint64_t hpa, unsigned ways, std::uint64_t granularity) {
  const auto level = Interleave::from_values(ways, granularity);
  return level ? level->position(hpa) : static_cast<unsigned>(hpa / granularity % ways);
}

TEST_F(TranslateVectors, GeneratedHierarchy) {
  const json& cases = file_.at("generated_hierarchy_modulo").at("cases");
  ASSERT_FALSE(cases.empty());
  for (std::size_t c = 0; c < cases.size(); ++c) {
    const json& levels = cases[c];
    FixedMemoryWindow window;
    window.interleave =
        *Interleave::from_values(small(levels, "root_ways"), small(levels, "root_granularity"));
    const auto region = Interleave::from_values(
        small(levels, "root_ways") * small(levels, "hb_ways") * small(levels, "switch_ways"),
        small(levels, "root_granularity"));
    ASSERT_TRUE(region) << "cases[" << c << "]";
    window.base = 5 * region->ways() * hdm_quantum;
    ASSERT_FALSE(levels.at("rows").empty());
    for (const json& row : levels.at("rows")) {
      SCOPED_TRACE("generated_hierarchy_modulo.cases[" + std::to_string(c) + "] " + row.dump());
      const std::uint64_t offset = number(row, "hpa_offset");
      const std::uint64_t hpa = window.base + offset;
      ASSERT_EQ(window.target_index(hpa), small(row, "root"));
      ASSERT_EQ(index_at(hpa, small(levels, "hb_ways"), number(levels, "hb_granularity")),
                small(row, "host_bridge"));
      ASSERT_EQ(index_at(hpa, small(levels, "switch_ways"), number(levels, "switch_granularity")),
                small(row, "switch"));
      ASSERT_EQ(region->position(offset), small(row, "position"));
      ASSERT_EQ(region->dpa_offset(offset), number(row, "dpa_offset"));
    }
  }
}

}  // namespace
}  // namespace cxlpool::address
