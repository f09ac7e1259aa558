// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/explain.h"

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "platforms/inspect/explain_inverse.h"
#include "platforms/program/commands.h"
#include "platforms/program/platform_file.h"
#include "platforms/scalar.h"
#include "traffic/nearest.h"

namespace cxlpool::program {
namespace {

using namespace cxlpool::platforms;

struct ExplainArguments {
  PlatformFile file;
  std::string host, hpa;
  std::string device, dpa;
  bool time = false;
  bool json = false;
};

std::uint64_t address_of(const char* option, const std::string& text) {
  const auto parsed = parse_size(text);
  if (!parsed) throw std::invalid_argument(fmt::format("{}: {}", option, parsed.problem()));
  return *parsed;
}

/// Index of the one called `name`; an error that names the nearest otherwise.
template <typename Described>
std::size_t find_by_name(const char* kind, const std::string& name,
                         const std::vector<Described>& all) {
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) return i;
    known.push_back(all[i].name);
  }
  throw std::invalid_argument(fmt::format("--{}: the platform has no {} \"{}\"{}", kind, kind, name,
                                          traffic::did_you_mean(name, known)));
}

template <typename Explained>
void print(const Explained& explained, bool json) {
  fmt::print("{}", json ? to_json(explained).dump(2) + "\n" : to_text(explained));
}

int carry_out(const ExplainArguments& arguments) {
  auto built = build_and_program(arguments.file, arguments.time ? Built::timed : Built::untimed);
  const PlatformDescription& description = built.platform->description();
  if (!arguments.hpa.empty()) {
    const std::size_t host =
        arguments.host.empty() ? 0 : find_by_name("host", arguments.host, description.hosts);
    const auto explanation =
        explain_hpa(*built.platform, host, address_of("--hpa", arguments.hpa), &built.programming);
    print(explanation, arguments.json);
    return passed;
  }
  const std::size_t device = find_by_name("device", arguments.device, description.devices);
  print(
      explain_dpa(*built.platform, device, address_of("--dpa", arguments.dpa), &built.programming),
      arguments.json);
  return passed;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* explain = app.add_subcommand(
      "explain", "Show every decoder's choice for an address, or what reaches a device address");
  arguments->file.add_to(*explain);
  auto* host = explain->add_option("--host", arguments->host, "host (default: the first)");
  auto* hpa =
      explain->add_option("--hpa", arguments->hpa, "host physical address, e.g. 0x110000000");
  auto* device = explain->add_option("--device", arguments->device, "device");
  auto* dpa = explain->add_option("--dpa", arguments->dpa, "device physical address");
  host->needs(hpa);
  device->needs(dpa);
  dpa->needs(device);
  hpa->excludes(device);
  explain
      ->add_flag("--time", arguments->time,
                 "also where the time of a 64 B read and write goes, nobody else being under way")
      ->needs(hpa);
  explain->add_flag("--json", arguments->json, "for programs");
  explain->callback([arguments, &exit_status] {
    if (arguments->hpa.empty() && arguments->dpa.empty()) {
      throw CLI::RequiredError("--hpa ADDR, or --device D with --dpa ADDR");
    }
    exit_status = carry_out(*arguments);
  });
}

}  // namespace cxlpool::program
