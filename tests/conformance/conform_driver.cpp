// SPDX-License-Identifier: Apache-2.0
// conform_driver FILE... [--mode functional|lt|at] [--no-compiled-routes] [--json]
#include <iostream>
#include <string>

#include <systemc>

#include "platforms/conform/conform.h"

int sc_main(int, char**) { return 0; }

int main(int argc, char** argv) {
  cxlpool::platforms::ConformOptions options;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--mode" && i + 1 < argc) {
      const auto mode = cxlpool::traffic::mode_of(argv[++i]);
      if (!mode) {
        std::cerr << "--mode: expected functional, lt or at\n";
        return 2;
      }
      options.mode = *mode;
    } else if (argument == "--no-compiled-routes") {
      options.compiled_routes = false;
    } else if (argument == "--json") {
      options.json = true;
    } else {
      files.push_back(argument);
    }
  }
  const auto report = cxlpool::platforms::conform(files, options);
  std::cout << report.text();
  return report.exit_status();
}
