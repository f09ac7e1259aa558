// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/run.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <unistd.h>

#include <fmt/format.h>

#include "platforms/format.h"
#include "platforms/input_error.h"
#include "platforms/program/commands.h"
#include "platforms/program/platform_file.h"
#include "platforms/reader.h"
#include "platforms/run/results.h"
#include "platforms/run/summary.h"
#include "platforms/scalar.h"

namespace cxlpool::program {
namespace {

using namespace cxlpool::platforms;

struct RunArguments {
  PlatformFile file;
  std::string mode = "functional";
  std::string trace;
  std::string until;
  std::string out;
  std::string mmio;
  std::string seed;
  std::string timeline;
  std::string timeline_requests;
  std::string vcd;
  bool json = false;
  bool quiet = false;
  bool no_compiled_routes = false;
};

/// `--trace` takes the place of every trace that the platform replays; a platform without one
/// replays it from its first host, at the addresses that it holds.
void replace_traces(PlatformDescription& platform, const std::string& trace) {
  bool replaced = false;
  for (TrafficDescription& stream : platform.traffic) {
    if (stream.pattern != "trace") continue;
    stream.trace = trace;
    stream.trace_format.clear();
    replaced = true;
  }
  if (replaced) return;
  TrafficDescription stream;
  stream.host = platform.hosts.front().name;
  stream.pattern = "trace";
  stream.trace = trace;
  platform.traffic = {stream};
}

PlatformDescription read(const RunArguments& arguments) {
  std::vector<std::string> sets = arguments.file.sets;
  if (!arguments.seed.empty()) {
    const auto seed = parse_integer(arguments.seed);
    if (!seed) throw std::invalid_argument("--seed: " + seed.problem());
    sets.push_back(fmt::format("seed={}", *seed));
  }
  PlatformDescription platform = read_platform(arguments.file.path, sets);
  if (!arguments.trace.empty()) replace_traces(platform, arguments.trace);
  if (platform.traffic.empty() && arguments.mmio.empty()) {
    Location location;
    location.file = arguments.file.path;
    throw InputError(location,
                     "traffic: nothing to run: expected at least one entry, --trace or "
                     "--mmio");
  }
  return platform;
}

void show_progress(std::uint64_t answered, std::uint64_t of) {
  if (of == 0) {
    fmt::print(stderr, "\r{} requests", grouped(answered));
  } else {
    constexpr std::uint64_t width = 32;
    const std::uint64_t full = std::min(width, answered * width / of);
    fmt::print(stderr, "\r[{:█<{}}{:·<{}}] {} of {} requests", "", full, "", width - full,
               grouped(answered), grouped(of));
  }
  std::fflush(stderr);
}

/// Files that show a timed run as it goes on: by the command line, or in the folder of --out.
void choose_views(const RunArguments& arguments, const PlatformDescription& platform,
                  RunOptions& options) {
  const auto choose = [&](const char* option, const std::string& asked, const std::string& wanted) {
    const bool timed = options.mode != traffic::Mode::functional;
    if (!asked.empty() && !timed) {
      throw std::invalid_argument(
          fmt::format("{}: no time passes in functional mode: add --mode lt or at", option));
    }
    if (!asked.empty() || wanted.empty()) return asked;
    const char* const missing = !timed                  ? "in functional mode"
                                : arguments.out.empty() ? "without --out DIR"
                                                        : nullptr;
    if (!missing) return (std::filesystem::path(arguments.out) / wanted).string();
    if (!arguments.quiet) {
      fmt::print(stderr, "cxlpool: output.{}: {} is not written {}\n", option + 2, quotable(wanted),
                 missing);
    }
    return std::string();
  };
  options.timeline = choose("--timeline", arguments.timeline, platform.output.timeline);
  options.vcd = choose("--vcd", arguments.vcd, platform.output.vcd);
  if (arguments.timeline_requests.empty()) return;
  if (options.timeline.empty()) {
    throw std::invalid_argument("--timeline-requests: expected together with --timeline FILE");
  }
  const auto requests = parse_integer(arguments.timeline_requests);
  if (!requests) throw std::invalid_argument("--timeline-requests: " + requests.problem());
  if (*requests == 0) {
    throw std::invalid_argument("--timeline-requests: expected more than 0, got " +
                                arguments.timeline_requests);
  }
  options.timeline_requests = *requests;
}

RunOptions make_options(const RunArguments& arguments) {
  RunOptions options;
  options.mode = *traffic::mode_of(arguments.mode);
  options.compiled_routes = !arguments.no_compiled_routes;
  options.out_dir = arguments.out;
  if (!arguments.until.empty()) {
    const auto until = parse_duration(arguments.until);
    if (!until) throw std::invalid_argument("--until: " + until.problem());
    if (options.mode == traffic::Mode::functional) {
      throw std::invalid_argument(
          "--until: no time passes in functional mode: add --mode lt or at");
    }
    if (*until == 0)
      throw std::invalid_argument("--until: expected more than 0, got " + arguments.until);
    options.until = *until;
  }
  if (!arguments.mmio.empty()) options.mmio = read_mmio_script(arguments.mmio);
  if (!arguments.quiet && ::isatty(STDERR_FILENO)) options.progress = show_progress;
  return options;
}

/// Refuses to write one file over another, by whatever names: what is read, or another output.
void check_files(const RunArguments& arguments, const PlatformDescription& platform,
                 const RunOptions& options) {
  std::map<std::filesystem::path, std::string> owners;
  const auto identity = [](const std::string& path) {
    std::error_code error;
    const auto whole = std::filesystem::weakly_canonical(path, error);
    return error ? std::filesystem::path(path) : whole;
  };
  const auto reads = [&](const std::string& path, const char* what) {
    if (!path.empty()) owners.emplace(identity(path), what);
  };
  const auto writes = [&](const std::string& path, const std::string& what) {
    if (path.empty()) return;
    const auto [owner, added] = owners.emplace(identity(path), what);
    if (!added) {
      throw std::invalid_argument(fmt::format("{}: expected another file than {}, which is {}",
                                              what, quotable(path), owner->second));
    }
  };
  // SystemC writes a dump beside its name, to be moved there: over a device, if it is one.
  const auto views = [&](const std::string& path, const char* what) {
    writes(path, what);
    std::error_code error;
    if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
      throw std::invalid_argument(
          fmt::format("{}: {} exists and is no regular file", what, quotable(path)));
    }
  };
  reads(arguments.file.path, "the platform file");
  reads(arguments.mmio, "the file of --mmio");
  for (const auto& stream : platform.traffic) reads(stream.trace, "a trace that is replayed");
  for (const auto& device : platform.devices) reads(device.backing, "the backing of a device");
  if (!arguments.out.empty()) {
    const auto inside = [&](const std::string& name) {
      return name.empty() ? name : (std::filesystem::path(arguments.out) / name).string();
    };
    writes(inside("results.json"), "results.json of --out");
    writes(inside(platform.output.request_trace), "output.request_trace");
    if (platform.output.time_series != 0) writes(inside(time_series_file), "output.time_series");
  }
  views(options.timeline, "--timeline");
  views(options.vcd, "--vcd");
}

void make_folder(const std::string& out) {
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (!error && !std::filesystem::is_directory(out))
    error = std::make_error_code(std::errc::not_a_directory);
  if (error)
    throw std::runtime_error("--out " + out + ": cannot be made a folder: " + error.message());
}

/// Writes results.json; an empty string when there is no folder to write to.
std::string write_results(const RunResult& result, const std::string& out) {
  if (out.empty()) return {};
  const auto path = std::filesystem::path(out) / "results.json";
  std::ofstream file(path);
  file << results_json(result).dump(2) << '\n';
  if (!file.flush()) throw std::runtime_error(path.string() + ": cannot be written");
  return path.string();
}

int carry_out(const RunArguments& arguments) {
  const PlatformDescription platform = read(arguments);
  RunOptions options = make_options(arguments);
  choose_views(arguments, platform, options);
  if (!arguments.out.empty()) make_folder(arguments.out);
  check_files(arguments, platform, options);
  if (arguments.out.empty() && !platform.output.request_trace.empty() && !arguments.quiet) {
    fmt::print(stderr, "cxlpool: output.request_trace: {} is not written without --out DIR\n",
               quotable(platform.output.request_trace));
  }
  if (platform.output.time_series != 0 && !arguments.quiet &&
      (arguments.out.empty() || options.mode == traffic::Mode::functional)) {
    fmt::print(stderr, "cxlpool: output.time_series: {} is not written {}\n", time_series_file,
               arguments.out.empty() ? "without --out DIR" : "in functional mode");
  }
  const RunResult result = run(platform, options);
  if (options.progress) fmt::print(stderr, "\r\033[K");
  const std::string results_path = write_results(result, arguments.out);
  if (arguments.json) {
    fmt::print("{}\n", results_json(result).dump(2));
  } else if (!arguments.quiet) {
    fmt::print("{}", summary(result, results_path));
  }
  return result.good() ? passed : check_failed;
}

}  // namespace

void add_run(CLI::App& app, int& exit_status) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* run =
      app.add_subcommand("run", "Build a platform, replay its traffic, check everything");
  arguments->file.add_to(*run);
  run->add_option("--mode", arguments->mode,
                  "functional: no time; lt: loosely timed; at: approximately timed")
      ->check(CLI::IsMember({"functional", "lt", "at"}));
  run->add_option("--trace", arguments->trace,
                  "replay this trace (binary, CSV, lackey, Ramulator 2, stl)");
  run->add_option("--mmio", arguments->mmio, "replay firmware's register accesses first");
  run->add_option("--seed", arguments->seed, "seed of all random numbers, 0 to 2^64 - 1");
  run->add_option("--until", arguments->until, "stop at this simulated time, e.g. 10us");
  run->add_option("--out", arguments->out,
                  "folder for results.json and what the platform asks for");
  run->add_option("--timeline", arguments->timeline,
                  "write requests and queues over time for Perfetto, timed modes");
  run->add_option("--timeline-requests", arguments->timeline_requests,
                  "how many requests are in it at most, from the end of the warm-up; 10,000");
  run->add_option(
      "--vcd", arguments->vcd,
      "write sockets' activity, requests in flight and waiting messages as a value change dump");
  run->add_flag("--json", arguments->json, "print results.json instead of the summary");
  run->add_flag("--quiet", arguments->quiet, "print nothing; the exit status tells");
  run->add_flag("--no-compiled-routes", arguments->no_compiled_routes,
                "send every access hop by hop through the sockets; results stay the same");
  run->callback([arguments, &exit_status] { exit_status = carry_out(*arguments); });
}

}  // namespace cxlpool::program
