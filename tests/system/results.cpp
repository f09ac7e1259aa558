// SPDX-License-Identifier: Apache-2.0
#include "tests/system/results.h"

#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace cxlpool::testing {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

/// All but the media that earlier runs in place have left, which can be large.
void copy_catalog(const fs::path& to) {
  for (const auto& entry : fs::recursive_directory_iterator(CXLPOOL_CATALOG)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".media") continue;
    const fs::path copy = to / fs::relative(entry.path(), CXLPOOL_CATALOG);
    fs::create_directories(copy.parent_path());
    fs::copy_file(entry.path(), copy);
  }
}

}  // namespace

CatalogRun::CatalogRun(const std::string& platform, const std::vector<std::string>& options) {
  const fs::path catalog = folder_.path("catalog");
  copy_catalog(catalog);
  fs::path script = catalog / platform;
  script.replace_extension(".mmio");
  std::vector<std::string> arguments = {"run", catalog / platform, "--out", folder_.path("out")};
  if (fs::exists(script)) arguments.insert(arguments.end(), {"--mmio", script});
  arguments.insert(arguments.end(), options.begin(), options.end());
  outcome_ = cxlpool(arguments);
}

Json CatalogRun::results() const {
  // The folder of the run is in the paths of the effective platform.
  std::string text = results_text();
  const std::string folder = folder_.path();
  for (std::size_t at = 0; (at = text.find(folder, at)) != std::string::npos;) {
    text.erase(at, folder.size());
  }
  return without_wall(Json::parse(text));
}

std::string CatalogRun::requests() const {
  const std::string trace = folder_.path("out/requests.trace");
  if (!fs::exists(trace)) return {};
  const Outcome csv = cxlpool({"trace", trace, "--to", "csv"});
  if (csv.exit_status != 0) throw std::runtime_error(csv.err);
  return csv.out;
}

Json without_wall(const Json& json) {
  if (!json.is_structured()) return json;
  Json rest = json.is_object() ? Json::object() : Json::array();
  for (const auto& [key, value] : json.items()) {
    if (json.is_array()) {
      rest.push_back(without_wall(value));
    } else if (key.find("wall") == std::string::npos) {
      rest[key] = without_wall(value);
    }
  }
  return rest;
}

std::vector<std::string> schema_violations(const nlohmann::json& results) {
  const auto document = nlohmann::json::parse(read_file(CXLPOOL_RESULTS_SCHEMA));
  valijson::Schema schema;
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema);
  valijson::Validator validator;
  valijson::ValidationResults found;
  validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(results), &found);
  std::vector<std::string> violations;
  for (valijson::ValidationResults::Error error; found.popError(error);) {
    std::string place;
    for (const std::string& step : error.context) place += step;
    violations.push_back(place + ": " + error.description);
  }
  return violations;
}

}  // namespace cxlpool::testing
