// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "platforms/machine/pool_machine.h"
#include "platforms/program/commands.h"
#include "platforms/programming.h"
#include "platforms/qmp/monitor.h"
#include "platforms/qmp/scenario.h"
#include "platforms/qmp/server.h"
#include "platforms/reader.h"
#include "platforms/text_check.h"

namespace cxlpool::program {
namespace {

using platforms::PoolMachine;
using namespace std::chrono_literals;

using Clock = std::chrono::steady_clock;

const std::map<std::string, std::optional<PoolMachine::Response>> responses{
    {"accept", PoolMachine::Response::accept},
    {"refuse", PoolMachine::Response::refuse},
    {"partial", PoolMachine::Response::partial},
    {"manual", std::nullopt}};

struct ServeArguments {
  std::string file;
  std::vector<std::string> sets;
  std::string qmp;
  std::string scenario;
  std::string response = "accept";
  std::string mode = "functional";
  double pace = 1.0;
  bool allow_remote = false;
  bool quiet = false;
};

volatile std::sig_atomic_t interrupted = 0;
void interrupt(int) { interrupted = 1; }

/// Simulated time goes on with the clock on the wall.
class Pace {
 public:
  Pace(PoolMachine& machine, double ratio)
      : machine_(machine), ratio_(ratio), from_(Clock::now()), simulated_(machine.now()) {}

  void keep() {
    const std::chrono::duration<double, std::pico> passed = Clock::now() - from_;
    constexpr double latest = 1e18;  // picoseconds; some eleven days
    const double target = static_cast<double>(simulated_) + passed.count() * ratio_;
    machine_.advance_to(static_cast<timing::Picoseconds>(std::min(target, latest)));
  }

 private:
  PoolMachine& machine_;
  double ratio_;
  Clock::time_point from_;
  timing::Picoseconds simulated_;
};

void serve(PoolMachine& machine, const ServeArguments& arguments) {
  qmp::Monitor monitor(machine);
  qmp::Server server(monitor, qmp::parse_endpoint(arguments.qmp), arguments.allow_remote);
  if (!arguments.quiet) {
    fmt::print(stderr, "cxlpool: QMP at {}\n",
               platforms::printable(qmp::to_string(server.endpoint())));
  }
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  Pace pace(machine, arguments.pace);
  while (!monitor.quitting() && !interrupted) {
    server.run_for(10ms);
    pace.keep();
    monitor.publish_changes();
  }
  if (interrupted) monitor.quit();
  server.finish(1s);
}

int carry_out(const ServeArguments& arguments) {
  if (!std::isfinite(arguments.pace)) throw std::runtime_error("serve: --pace: expected a number");
  if (arguments.qmp.empty() == arguments.scenario.empty()) {
    throw std::runtime_error("serve: expected --qmp ADDRESS or --scenario FILE");
  }
  const auto scenario = arguments.scenario.empty()
                            ? std::nullopt
                            : std::make_optional(qmp::Scenario::read(arguments.scenario));
  platforms::Platform::Options options;
  options.timed = arguments.mode == "lt";
  platforms::Platform platform(platforms::read_platform(arguments.file, arguments.sets), options);
  platform.start();
  const auto start_up = [&platform] {
    platforms::enable_all(platform);
    platforms::program(platform);
    platforms::unmask_errors(platform);
  };
  start_up();
  PoolMachine machine(platform, responses.at(arguments.response));
  machine.on_reset(start_up);
  if (!scenario) {
    serve(machine, arguments);
    return passed;
  }
  const auto outcome = scenario->run(machine, std::cout);
  if (!arguments.quiet) {
    fmt::print(stderr, "cxlpool: {} commands, {} of them answered by an error\n", outcome.commands,
               outcome.errors);
  }
  return std::cout.flush() ? passed : wrong_input;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* serve =
      app.add_subcommand("serve", "A live pool under QMP, as QEMU's clients speak it");
  serve->add_option("platform", arguments->file, "platform file")->required();
  serve->add_option("--set", arguments->sets, "PATH=VALUE, over what the file says");
  serve->add_option("--qmp", arguments->qmp, "listen at unix:PATH or tcp:HOST:PORT");
  serve->add_option("--scenario", arguments->scenario,
                    "commands at simulated times from a file, a JSON object a line; replies to "
                    "standard output");
  serve
      ->add_option("--host-response", arguments->response,
                   "in place of host software, to offers and requests to release: accept, refuse, "
                   "partial or manual (default: accept)")
      ->check(CLI::IsMember({"accept", "refuse", "partial", "manual"}));
  serve->add_option("--mode", arguments->mode, "functional or lt (default: functional)")
      ->check(CLI::IsMember({"functional", "lt"}));
  serve
      ->add_option("--pace", arguments->pace,
                   "simulated seconds a second (default: 1; 0: time stands still)")
      ->check(CLI::Range(0.0, 1000.0));
  serve->add_flag("--allow-remote", arguments->allow_remote,
                  "listen at addresses that are not this machine's own");
  serve->add_flag("--quiet", arguments->quiet, "no messages");
  serve->callback([arguments, &exit_status] { exit_status = carry_out(*arguments); });
}

}  // namespace cxlpool::program
