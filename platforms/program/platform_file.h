// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "platforms/builder.h"
#include "platforms/programming.h"

namespace cxlpool::program {

/// The arguments by which every subcommand names a platform.
struct PlatformFile {
  std::string path;
  std::vector<std::string> sets;

  void add_to(CLI::App& command);
};

/// A platform as it stands before its traffic: built, and programmed by MMIO as far as the hardware
/// and the driver allow; what they refused is in `programming`. Its devices hold private memory, so
/// that looking at a platform changes no file.
struct ProgrammedPlatform {
  std::unique_ptr<platforms::Platform> platform;
  platforms::Programming programming;
};

enum class Built : bool { untimed, timed };

ProgrammedPlatform build_and_program(const PlatformFile& file, Built as = Built::untimed);

}  // namespace cxlpool::program
