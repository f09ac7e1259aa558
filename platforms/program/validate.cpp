// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "platforms/program/commands.h"
#include "platforms/validate/report.h"
#include "platforms/validate/validation.h"

namespace cxlpool::program {
namespace {

struct ValidateArguments {
  std::string asked;
  std::vector<std::string> tables;
  bool json = false;
  bool markdown = false;
};

template <class T>
void print(const T& found, const ValidateArguments& arguments) {
  if (arguments.json) {
    fmt::print("{}\n", validation::to_json(found).dump(2));
  } else {
    fmt::print("{}",
               arguments.markdown ? validation::to_markdown(found) : validation::to_text(found));
  }
}

int carry_out(const ValidateArguments& arguments, bool is_case) {
  if (is_case) {
    print(validation::run_case(validation::parse_case(arguments.asked)), arguments);
    return passed;
  }
  const auto tables = validation::validate(arguments.tables);
  print(tables, arguments);
  return validation::good(tables) ? passed : check_failed;
}

}  // namespace

void add_validate(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ValidateArguments>();
  CLI::App* validate =
      app.add_subcommand("validate", "Print published bandwidths and latencies beside the model's");
  CLI::Option* asked = validate->add_option(
      "--case", arguments->asked,
      "one load instead: profile=NAME[,switch=NAME][,read=0.74][,devices=N][,width=LANES]"
      "[,socket=local|remote][,hop=TIME][,injector=paced|mlc|closed|poisson|fixed]"
      "[,pattern=random|sequential][,size=BYTES]");
  validate->add_option("--table", arguments->tables, "these tables alone, such as idle_latencies")
      ->excludes(asked);
  CLI::Option* json = validate->add_flag("--json", arguments->json, "for programs");
  validate->add_flag("--markdown", arguments->markdown, "as docs/accuracy.md has it")
      ->excludes(json);
  validate->callback([arguments, asked, &exit_status] {
    exit_status = carry_out(*arguments, asked->count() != 0);
  });
}

}  // namespace cxlpool::program
