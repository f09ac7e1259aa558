// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

/// The subcommands of the `cxlpool` program, one file each. A register function adds the subcommand
/// and sets `exit_status` from its callback. Results go to stdout or files, messages to stderr.
namespace cxlpool::program {

enum ExitStatus : int {
  passed = 0,
  check_failed = 1,
  wrong_input = 2,
};

void add_run(CLI::App& app, int& exit_status);
void add_check(CLI::App& app, int& exit_status);
void add_explain(CLI::App& app, int& exit_status);
void add_list(CLI::App& app, int& exit_status);
void add_conform(CLI::App& app, int& exit_status);
void add_trace(CLI::App& app, int& exit_status);
void add_serve(CLI::App& app, int& exit_status);
void add_validate(CLI::App& app, int& exit_status);

}  // namespace cxlpool::program
