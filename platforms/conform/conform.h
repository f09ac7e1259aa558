// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "platforms/conform/tally.h"
#include "platforms/conform/testbed_description.h"

/// Compares the model with vector files of systems that this project did not write: routing,
/// failing accesses and address translation. Every topology is simulated in a process of its own.
namespace cxlpool::platforms {

/// What came of one file.
struct FileReport {
  std::string file;
  std::string format;  ///< "routing", "scenarios", "capacity" or "translate"; empty when unreadable
  std::string error;   ///< why it is none of these; nothing was checked
  Tally tally;

  bool readable() const { return error.empty(); }
};

struct ConformReport {
  std::vector<FileReport> files;
  bool json = false;  ///< which form text() has

  Tally total() const;
  /// 0: no difference; 1: some; 2: a file cannot be read as one of the formats.
  int exit_status() const;
  /// A table for people, or JSON, with a newline at the end.
  std::string text() const;
};

/// Reads and runs `files` one after the other. The calling process must not hold SystemC objects.
ConformReport conform(const std::vector<std::string>& files, const ConformOptions& options);

}  // namespace cxlpool::platforms
