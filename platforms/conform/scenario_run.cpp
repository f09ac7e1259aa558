// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/scenario_run.h"

#include <algorithm>

#include "platforms/conform/contradictions.h"
#include "platforms/conform/isolated.h"
#include "platforms/conform/limits.h"
#include "platforms/conform/step_runner.h"

namespace cxlpool::platforms {
namespace {

class ScenarioRun {
 public:
  ScenarioRun(const Scenario& scenario, const ConformOptions& options, Checker& checker)
      : scenario_(scenario),
        testbed_(scenario.topology, options),
        oracle_(testbed_, scenario.topology.devices),
        runner_(scenario.id, testbed_, &oracle_, false, checker),
        checker_(checker) {}

  void run() {
    testbed_.bring_up(checker_);
    for (const ScenarioStep& step : scenario_.steps) {
      checker_.begin(step.path + " of " + scenario_.id);
      checker_.through_sockets();
      runner_.run(step);
    }
  }

 private:
  const Scenario& scenario_;
  Testbed testbed_;
  MediaOracle oracle_;
  StepRunner runner_;
  Checker& checker_;
};

Tally run_scenario(const Scenario& scenario, const ConformOptions& options) {
  Tally tally;
  for (Difference& each : contradictions(scenario)) {
    each.path += " of " + scenario.id;
    tally.add(std::move(each));
  }
  if (tally.differences.empty()) {
    tally = run_isolated(
        [&](Progress& progress) {
          Checker checker(progress);
          checker.prepare(scenario.path + " " + scenario.id);
          ScenarioRun(scenario, options, checker).run();
          return checker.finish();
        },
        longest_simulation);
  }
  tally.steps = std::max<std::uint64_t>(tally.steps, scenario.steps.size());
  return tally;
}

}  // namespace

Tally run_scenarios(const ScenarioFile& file, const ConformOptions& options) {
  Tally tally;
  for (const Scenario& scenario : file.scenarios) tally.add(run_scenario(scenario, options));
  return tally;
}

}  // namespace cxlpool::platforms
