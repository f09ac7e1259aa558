// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/system/run_program.h"

/// What runs of catalog platforms leave behind.
namespace cxlpool::testing {

/// One run of a platform in a copy of the catalog of its own: platforms may leave files beside
/// themselves.
class CatalogRun {
 public:
  /// `platform` is a path below the catalog; a register script of the same name is replayed.
  explicit CatalogRun(const std::string& platform, const std::vector<std::string>& options = {});

  const Outcome& outcome() const { return outcome_; }
  /// results.json as it was written.
  std::string results_text() const { return read_file(folder_.path("out/results.json")); }
  /// results.json without what depends on the machine or its clock.
  nlohmann::ordered_json results() const;
  /// The request trace as CSV; empty when the platform asks for none.
  std::string requests() const;

 private:
  TempDir folder_;
  Outcome outcome_;
};

/// Without the members, at any depth, whose key contains "wall".
nlohmann::ordered_json without_wall(const nlohmann::ordered_json& json);

/// What platforms/schema/results.schema.json has against it, a sentence each.
std::vector<std::string> schema_violations(const nlohmann::json& results);

}  // namespace cxlpool::testing
