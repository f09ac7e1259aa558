// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "platforms/conform/media_oracle.h"
#include "platforms/conform/scenario_file.h"
#include "platforms/conform/testbed.h"

namespace cxlpool::platforms {

/// Carries out the accesses and register accesses of scenarios on a testbed, and compares what
/// comes of them.
class StepRunner {
 public:
  /// `id` names the scenario in differences. With an oracle, everything around what is written is
  /// compared too. `probes`: the file's status of a write is that of a 4-byte write before it.
  StepRunner(std::string id, Testbed& testbed, MediaOracle* oracle, bool probes, Checker& checker)
      : id_(std::move(id)),
        testbed_(testbed),
        oracle_(oracle),
        probes_(probes),
        checker_(checker) {}

  void run(const ScenarioStep& step);

 private:
  struct Register {
    unsigned block;
    std::uint64_t offset;
  };

  std::string at(const ScenarioStep& step, const char* field) const;
  std::optional<Register> find(const ScenarioStep& step);
  void write_register(const ScenarioStep& step);
  void read_register(const ScenarioStep& step);
  void check_status(const ScenarioStep& step, const Testbed::Outcome& outcome);
  void write(const ScenarioStep& step);
  void read(const ScenarioStep& step);
  void check_failed_parts(const ScenarioStep& step, const Testbed::Outcome& outcome,
                          const std::vector<std::uint8_t>& data);
  void check_landed(const ScenarioStep& step);

  std::string id_;
  Testbed& testbed_;
  MediaOracle* oracle_;
  bool probes_;
  Checker& checker_;
};

}  // namespace cxlpool::platforms
