// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/conform.h"

#include "platforms/conform/capacity_run.h"
#include "platforms/conform/limits.h"
#include "platforms/conform/routing_run.h"
#include "platforms/conform/scenario_run.h"
#include "platforms/conform/translate_run.h"
#include "platforms/input_error.h"

namespace cxlpool::platforms {
namespace {

bool is_translate(const JsonNode& root) {
  for (const char* key : {"xormaps", "parameter_validity", "random_round_trip", "generated_modulo",
                          "other_device_decode_vectors", "generated_hierarchy_modulo"}) {
    if (root.has(key)) return true;
  }
  return false;
}

void run_file(const ConformOptions& options, FileReport& report) {
  const nlohmann::json document = load_json(report.file, longest_vector_file);
  const JsonNode root(report.file, document);
  if (root.has("scenarios")) {
    const ScenarioFile scenarios = read_scenario_file(root);
    report.format = "scenarios";
    report.tally = run_scenarios(scenarios, options);
  } else if (root.has("topology") && root.has("vectors")) {
    const RoutingFile routing = read_routing_file(root);
    report.format = "routing";
    report.tally = run_routing(routing, options);
  } else if (is_translate(root)) {
    const TranslateFile translate = read_translate_file(root);
    report.format = "translate";
    report.tally = run_translate(translate, options);
  } else if (root.has("steps")) {
    const CapacityFile capacity = read_capacity_file(root);
    report.format = "capacity";
    report.tally = run_capacity(capacity, options);
  } else {
    root.fail(
        "not a vector file: expected topology and vectors (routing), scenarios (failing accesses), "
        "steps (dynamic capacity), "
        "or groups of translation vectors");
  }
}

}  // namespace

Tally ConformReport::total() const {
  Tally sum;
  for (const FileReport& file : files) sum.add(file.tally);
  return sum;
}

int ConformReport::exit_status() const {
  int status = 0;
  for (const FileReport& file : files) {
    if (!file.readable()) return 2;
    if (file.tally.difference_count != 0) status = 1;
  }
  return status;
}

ConformReport conform(const std::vector<std::string>& files, const ConformOptions& options) {
  ConformReport report;
  report.json = options.json;
  for (const std::string& file : files) {
    FileReport each;
    each.file = file;
    try {
      run_file(options, each);
    } catch (const InputError& error) {
      const std::string& path = error.location().path;
      each.error = path.empty() ? error.message() : path + ": " + error.message();
    }
    report.files.push_back(std::move(each));
  }
  return report;
}

}  // namespace cxlpool::platforms
