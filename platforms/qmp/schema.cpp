// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/schema.h"

#include <map>
#include <string>

namespace cxlpool::qmp {
namespace {

using nlohmann::json;
using Kind = ValueType::Kind;

/// Entities by name: a type is described once, however many arguments have it.
class Entities {
 public:
  Entities() {
    add({{"name", "any"}, {"meta-type", "builtin"}, {"json-type", "value"}});
    add({{"name", "str"}, {"meta-type", "builtin"}, {"json-type", "string"}});
    add({{"name", "bool"}, {"meta-type", "builtin"}, {"json-type", "boolean"}});
    add({{"name", "int"}, {"meta-type", "builtin"}, {"json-type", "int"}});
  }

  void add(json entity) {
    const auto name = entity.at("name").get<std::string>();
    entities_.emplace(name, std::move(entity));
  }

  /// The name by which the schema knows `type`, described if it was not yet.
  std::string name_of(const ValueType& type) {
    switch (type.kind) {
      case Kind::string:
      case Kind::bytes:
        return "str";
      case Kind::boolean:
        return "bool";
      case Kind::integer:
        return "int";
      case Kind::enumeration:
        add_enum(type);
        return type.name;
      case Kind::array:
        return array_of(name_of(type.element[0]));
      case Kind::object:
        add({{"name", type.name}, {"meta-type", "object"}, {"members", members(type.members)}});
        return type.name;
    }
    return "any";
  }

  json members(const std::vector<Member>& members) {
    json list = json::array();
    for (const Member& member : members) {
      json entry = {{"name", member.name}, {"type", name_of(member.type)}};
      if (member.optional) entry["default"] = nullptr;
      list.push_back(std::move(entry));
    }
    return list;
  }

  json all() const {
    json list = json::array();
    for (const auto& item : entities_) list.push_back(item.second);
    return list;
  }

 private:
  void add_enum(const ValueType& type) {
    json members = json::array();
    for (const std::string& value : type.values) members.push_back({{"name", value}});
    add({{"name", type.name},
         {"meta-type", "enum"},
         {"members", std::move(members)},
         {"values", type.values}});
  }

  std::string array_of(const std::string& element) {
    const std::string name = "[" + element + "]";
    add({{"name", name}, {"meta-type", "array"}, {"element-type", element}});
    return name;
  }

  std::map<std::string, json> entities_;
};

void describe(const Command& command, Entities& entities) {
  const Signature& signature = command.signature;
  json arguments = {{"name", command.name + "-arg"},
                    {"meta-type", "object"},
                    {"members", entities.members(signature.members)}};
  if (!signature.discriminator.empty()) {
    arguments["tag"] = signature.discriminator;
    arguments["variants"] = json::array();
    for (const auto& [value, members] : signature.branches) {
      entities.add({{"name", value + "-arg"},
                    {"meta-type", "object"},
                    {"members", entities.members(members)}});
      arguments["variants"].push_back({{"case", value}, {"type", value + "-arg"}});
    }
  }
  entities.add(std::move(arguments));
  entities.add({{"name", command.name},
                {"meta-type", "command"},
                {"allow-oob", false},
                {"arg-type", command.name + "-arg"},
                {"ret-type", "any"}});
}

}  // namespace

json describe_schema(const std::vector<Command>& commands) {
  Entities entities;
  for (const Command& command : commands) describe(command, entities);
  return entities.all();
}

}  // namespace cxlpool::qmp
