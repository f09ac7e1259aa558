// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <sstream>
#include <string>

#include <systemc>

#include "models/fabric/mapped_file.h"
#include "platforms/program/commands.h"
#include "platforms/text_check.h"
#include "platforms/version.h"

namespace {

/// A script with an unset variable must not lose what it asked for.
void refuse_empty_values(CLI::App& app) {
  const CLI::Validator has_value(
      [](std::string& value) {
        return value.empty() ? std::string("expected a value, got nothing") : std::string();
      },
      "");
  for (CLI::App* command : app.get_subcommands({})) {
    for (CLI::Option* option : command->get_options()) {
      if (option->get_type_size_max() > 0) option->check(has_value);
    }
  }
}

int run_program(int argc, char** argv) {
  int exit_status = cxlpool::program::passed;
  CLI::App app{"A SystemC/TLM-2.0 model of pooled CXL memory."};
  app.set_version_flag("--version", std::string("cxlpool ") + cxlpool::platforms::version);
  app.require_subcommand(1);
  app.footer("Exit status: 0 every check passed, 1 a check failed, 2 the input is wrong.");
  cxlpool::program::add_run(app, exit_status);
  cxlpool::program::add_check(app, exit_status);
  cxlpool::program::add_explain(app, exit_status);
  cxlpool::program::add_list(app, exit_status);
  cxlpool::program::add_conform(app, exit_status);
  cxlpool::program::add_serve(app, exit_status);
  cxlpool::program::add_trace(app, exit_status);
  cxlpool::program::add_validate(app, exit_status);
  refuse_empty_values(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream message;  // may quote an argument
    const int status = app.exit(error, std::cout, message);
    std::fputs(cxlpool::platforms::printable(message.str(), true).c_str(), stderr);
    return status == 0 ? cxlpool::program::passed : cxlpool::program::wrong_input;
  }
  return exit_status;
}

}  // namespace

// The library refers to sc_main; the program elaborates from within a subcommand instead.
int sc_main(int, char**) { return 0; }

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // `cxlpool list | head` ends with an error, not a signal
  cxlpool::fabric::explain_shortened_files();
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  int exit_status = cxlpool::program::wrong_input;
  try {
    exit_status = run_program(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("cxlpool: out of memory; fewer requests or a smaller range of addresses need less\n",
               stderr);
  } catch (const std::exception& error) {
    // InputError, TraceError and what the system refuses all say where and what.
    if (std::ferror(stdout) == 0) {
      std::fprintf(stderr, "cxlpool: %s\n", cxlpool::platforms::printable(error.what()).c_str());
    }
  }
  // What was printed may wait in a buffer until now, and a result that nobody gets is none.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_status;
  std::fputs("cxlpool: standard output: cannot be written\n", stderr);
  return cxlpool::program::wrong_input;
}
