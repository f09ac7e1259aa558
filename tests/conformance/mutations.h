// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// Ways to make a routing file wrong.
namespace cxlpool::platforms {

struct Mutation {
  /// The field and what became of it: "topology.devices[0].decoders[0].size doubled, consistently".
  /// "Consistently" means that everything that repeats the field was changed with it.
  std::string name;
  nlohmann::json document;
};

/// Every mutation of every kind of the file's topology.
std::vector<Mutation> mutations_of(const nlohmann::json& routing_file);

/// Changes of order that change nothing.
std::vector<Mutation> reorderings_of(const nlohmann::json& routing_file);

}  // namespace cxlpool::platforms
