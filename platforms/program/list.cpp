// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/list.h"

#include <memory>

#include <fmt/format.h>

#include "platforms/program/commands.h"
#include "platforms/program/platform_file.h"

namespace cxlpool::program {

void add_list(CLI::App& app, int& exit_status) {
  auto file = std::make_shared<PlatformFile>();
  CLI::App* list = app.add_subcommand(
      "list", "Print the topology as `cxl list -v` does, by host when there are several");
  file->add_to(*list);
  list->callback([file, &exit_status] {
    auto built = build_and_program(*file);
    fmt::print("{}\n", platforms::list(*built.platform, built.programming).dump(2));
    exit_status = passed;
  });
}

}  // namespace cxlpool::program
