// SPDX-License-Identifier: Apache-2.0
#include "platforms/program/platform_file.h"

#include "platforms/reader.h"

namespace cxlpool::program {

void PlatformFile::add_to(CLI::App& command) {
  command.add_option("platform", path, "platform file (YAML)")->required();
  command
      .add_option("--set", sets,
                  "override PATH=VALUE, e.g. devices[mem0].volatile=8GiB; repeatable")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
}

ProgrammedPlatform build_and_program(const PlatformFile& file, Built as) {
  platforms::PlatformDescription description = platforms::read_platform(file.path, file.sets);
  // Nothing is accessed: the media's files stay untouched, and unmade.
  for (auto& device : description.devices) device.backing.clear();
  ProgrammedPlatform built;
  platforms::Platform::Options options;
  options.timed = as == Built::timed;
  built.platform = std::make_unique<platforms::Platform>(description, options);
  built.platform->start();
  platforms::enable_all(*built.platform);
  built.programming = platforms::program(*built.platform);
  return built;
}

}  // namespace cxlpool::program
