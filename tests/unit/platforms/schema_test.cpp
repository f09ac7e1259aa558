// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "platforms/description_json.h"
#include "platforms/document.h"
#include "platforms/section.h"
#include "tests/unit/platforms/fixtures.h"

namespace cxlpool::platforms {
namespace {

using Json = nlohmann::json;

/// As an editor would see it, by the core schema of YAML 1.2.
Json to_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return nullptr;
    case Node::Kind::sequence: {
      Json list = Json::array();
      for (const Node& child : node.children) list.push_back(to_json(child));
      return list;
    }
    case Node::Kind::map: {
      Json map = Json::object();
      for (const Node& child : node.children) map[child.key] = to_json(child);
      return map;
    }
    case Node::Kind::scalar:
      break;
  }
  if (node.quoted) return node.text;
  if (node.text == "true" || node.text == "false") return node.text == "true";
  const bool digits = node.text.find_first_not_of("0123456789") == std::string::npos;
  if (digits) return std::stoull(node.text);
  if (node.text.find_first_not_of("0123456789.") == std::string::npos) return std::stod(node.text);
  return node.text;
}

const Json& schema_json() {
  static const Json schema = Json::parse(slurp(CXLPOOL_PLATFORM_SCHEMA));
  return schema;
}

bool accepts(const Json& document) {
  static const valijson::Schema& schema = *[] {
    static valijson::Schema parsed;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json()), parsed);
    return &parsed;
  }();
  valijson::Validator validator;
  return validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

Json load(const std::string& name) { return to_json(read_document(fixture(name)).root); }

std::set<std::string> members(const Json& object) {
  std::set<std::string> names;
  for (const auto& item : object.items()) names.insert(item.key());
  return names;
}

/// `section` and what hangs below it, against the schema's definitions. Collects the names met.
void compare(const Section& section, std::set<std::string>& met) {
  if (!met.insert(std::string(section.name)).second) return;
  SCOPED_TRACE(std::string(section.name));
  const bool root = section.name == "platform";
  const Json& definitions = schema_json()["definitions"];
  ASSERT_TRUE(root || definitions.contains(section.name));
  const Json& definition = root ? schema_json() : definitions[std::string(section.name)];
  std::set<std::string> known;
  std::set<std::string> needed;
  for (const Key& key : section.keys) {
    known.emplace(key.name);
    if (key.presence == Key::Presence::required) needed.emplace(key.name);
  }
  EXPECT_EQ(members(definition["properties"]), known);
  const Json required = definition.value("required", Json::array());
  EXPECT_EQ(std::set<std::string>(required.begin(), required.end()), needed);
  EXPECT_EQ(definition["additionalProperties"], false);
  for (const Key& key : section.keys) {
    if (key.section != nullptr) compare(*key.section, met);
  }
}

TEST(Schema, HasTheReadersKeysAndTheReaderHasTheSchemas) {
  std::set<std::string> met;
  compare(platform_section(), met);
  std::set<std::string> objects{"platform"};
  for (const auto& definition : schema_json()["definitions"].items()) {
    if (definition.value().contains("properties")) objects.insert(definition.key());
  }
  EXPECT_EQ(met, objects);
}

TEST(Schema, AcceptsEveryGoodFile) {
  EXPECT_TRUE(accepts(load("small.yaml")));
  EXPECT_TRUE(accepts(load("everything.yaml")));
}

TEST(Schema, AcceptsWhatTheProgramSaysOfAPlatform) {
  for (const char* name : {"small.yaml", "everything.yaml"}) {
    const auto resolved = resolved_json(read_platform(fixture(name)));
    EXPECT_TRUE(accepts(Json::parse(resolved.dump()))) << name;
  }
}

TEST(Schema, RejectsAnUnknownKeyInEveryMapping) {
  const Json good = load("everything.yaml").flatten();
  std::set<std::string> mappings{""};
  for (const auto& item : good.items()) {
    // Every prefix of a leaf's pointer that is followed by a key is a mapping.
    for (std::string path = item.key(); !path.empty();) {
      const std::size_t slash = path.rfind('/');
      const bool key = path.find_first_not_of("0123456789", slash + 1) != std::string::npos;
      path.resize(slash);
      if (key) mappings.insert(path);
    }
  }
  EXPECT_GT(mappings.size(), 30u);
  for (const std::string& mapping : mappings) {
    Json bad = good.unflatten();
    bad[Json::json_pointer(mapping)]["unknwon"] = 1;
    EXPECT_FALSE(accepts(bad)) << mapping;
  }
}

TEST(Schema, RejectsValuesOfTheWrongForm) {
  const Json good = load("everything.yaml");
  const auto rejects = [&](const char* pointer, const Json& value) {
    Json bad = good;
    bad[Json::json_pointer(pointer)] = value;
    EXPECT_FALSE(accepts(bad)) << pointer << " " << value;
  };
  rejects("/version", 2);
  rejects("/quantum", 25);
  rejects("/quantum", "25 ns");
  rejects("/devices/0/volatile", "2GB");
  rejects("/devices/0/volatile", -1);
  rejects("/devices/0/plugged", "yes");
  rejects("/devices/0/kind", "mld");
  rejects("/devices/0/name", "a.b");
  rejects("/traffic/0/read", "101%");
  rejects("/traffic/0/pattern", "random");
  rejects("/hosts/1/repeat", 0);
  rejects("/links/0/between", Json::array({"a"}));
  rejects("/links/0/gen", 5);
  rejects("/links/1/flit", "128B");
  rejects("/devices/1/media/bandwidth", "60GB");
  rejects("/devices/1/media/bandwidth", 60);
  rejects("/traffic/1/injection", "closd");
  rejects("/measure", "-1us");
}

}  // namespace
}  // namespace cxlpool::platforms
