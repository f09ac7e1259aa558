// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/conform.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/program/commands.h"

namespace cxlpool::program {
namespace {

struct ConformArguments {
  std::vector<std::string> files;
  std::string mode = "functional";
  platforms::ConformOptions options;
  bool no_compiled_routes = false;
};

int carry_out(ConformArguments& arguments) {
  arguments.options.mode = *traffic::mode_of(arguments.mode);
  arguments.options.compiled_routes = !arguments.no_compiled_routes;
  const auto report = platforms::conform(arguments.files, arguments.options);
  for (const auto& file : report.files) {
    if (file.readable()) continue;
    fmt::print(stderr, "cxlpool: {}: {}\n", platforms::quotable(file.file, 1024), file.error);
  }
  fmt::print("{}", report.text());
  return report.exit_status();
}

}  // namespace

void add_conform(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ConformArguments>();
  CLI::App* conform =
      app.add_subcommand("conform", "Run conformance vector files through the sockets");
  conform->add_option("files", arguments->files, "vector files (JSON)")->required();
  conform
      ->add_option(
          "--mode", arguments->mode,
          "functional: no time; lt: loosely timed; at: approximately timed, each access to its end")
      ->check(CLI::IsMember({"functional", "lt", "at"}));
  conform->add_flag("--json", arguments->options.json, "for programs");
  conform->add_flag("--no-compiled-routes", arguments->no_compiled_routes,
                    "send every access hop by hop through the sockets");
  conform->callback([arguments, &exit_status] { exit_status = carry_out(*arguments); });
}

}  // namespace cxlpool::program
