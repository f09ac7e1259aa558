// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/check.h"

#include <map>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "platforms/program/commands.h"
#include "platforms/program/platform_file.h"

namespace cxlpool::program {
namespace {

using platforms::Profile;

const std::map<std::string, Profile> profiles{
    {"spec", Profile::spec}, {"linux", Profile::linux_driver}, {"qemu", Profile::qemu}};

struct CheckArguments {
  PlatformFile file;
  std::string profile = "spec";
  bool json = false;
};

int carry_out(const CheckArguments& arguments) {
  auto built = build_and_program(arguments.file);
  const auto findings =
      platforms::check(*built.platform, built.programming, profiles.at(arguments.profile));
  fmt::print("{}", arguments.json ? platforms::to_json(findings).dump(2) + "\n"
                                  : platforms::to_text(findings));
  return platforms::has_errors(findings) ? check_failed : passed;
}

}  // namespace

void add_check(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* check = app.add_subcommand(
      "check", "Is the programming legal: what is wrong, where, why, and how to mend it");
  arguments->file.add_to(*check);
  check->add_option("--profile", arguments->profile, "spec, linux or qemu (default: spec)")
      ->check(CLI::IsMember({"spec", "linux", "qemu"}));
  check->add_flag("--json", arguments->json, "for programs");
  check->callback([arguments, &exit_status] { exit_status = carry_out(*arguments); });
}

}  // namespace cxlpool::program
