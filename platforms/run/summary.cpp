// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/summary.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "platforms/format.h"
#include "platforms/run/proven_range.h"
#include "platforms/run/results.h"
#include "platforms/version.h"

namespace cxlpool::platforms {
namespace {

constexpr std::size_t bar_width = 24;

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(share * bar_width + 0.5);
  std::string text;
  for (std::size_t i = 0; i < bar_width; ++i) text += i < full ? "█" : "·";
  return text;
}

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

const char* describe(traffic::Mode mode) {
  return mode == traffic::Mode::functional ? "functional"
         : mode == traffic::Mode::lt       ? "loosely timed"
                                           : "approximately timed";
}

std::string heading(const RunResult& result) {
  const PlatformDescription& p = result.description;
  return fmt::format("cxlpool {}   {}: {} {}, {} {}, {} {}   {}   seed {}\n", version, p.name,
                     p.hosts.size(), p.hosts.size() == 1 ? "host" : "hosts", p.switches.size(),
                     p.switches.size() == 1 ? "switch" : "switches", p.devices.size(),
                     p.devices.size() == 1 ? "device" : "devices", describe(result.options.mode),
                     p.seed);
}

std::string what(const StreamResult& stream) {
  const std::string name = std::filesystem::path(stream.what).filename().string();
  return stream.region.empty() ? name : name + " in " + stream.region;
}

std::string regions(const RunResult& result) {
  std::string text;
  for (const ProgrammedRegion& region : result.programming.regions) {
    if (!region.made()) {
      text += fmt::format(
          "  {:<10} {}\n", region.name,
          region.waiting ? "waited for a device that was never plugged" : "refused by the driver");
      continue;
    }
    const management::RegionPlan& plan = region.plan;
    text +=
        fmt::format("  {:<10} {:<6} {:>9} at {:#014x}   {} x {}\n", region.name,
                    result.description.hosts[region.host].name, human_size(plan.size), plan.base,
                    plan.interleave.ways(), human_size(plan.interleave.granularity()));
  }
  return text.empty() ? "" : "\nregions\n" + text;
}

std::size_t width_of_streams(const RunResult& result) {
  std::size_t width = 12;
  for (const StreamResult& stream : result.streams) width = std::max(width, what(stream).size());
  return width;
}

std::string requests(const RunResult& result) {
  const std::size_t width = width_of_streams(result);
  std::string text = fmt::format("\nrequests{:>{}}{:>13}{:>13}{:>13}{:>11}{:>8}\n", "", width + 2,
                                 "asked", "completed", "verified", "refused", "reads");
  for (const StreamResult& stream : result.streams) {
    const traffic::InitiatorStatistics& s = stream.statistics;
    text += fmt::format("  {:<6}  {:<{}}{:>13}{:>13}{:>13}{:>11}{:>6.0f} %\n", stream.host,
                        what(stream), width, grouped(s.asked), grouped(s.completed),
                        grouped(s.verified), grouped(s.refused), 100 * ratio(s.reads, s.asked));
  }
  return text;
}

/// "190.5", "12,345": nanoseconds.
std::string in_ns(timing::Picoseconds time) {
  constexpr timing::Picoseconds long_ps = 10'000 * timing::ps_per_ns;
  if (time < long_ps) return fmt::format("{:.1f}", static_cast<double>(time) / timing::ps_per_ns);
  return grouped((time + timing::ps_per_ns / 2) / timing::ps_per_ns);
}

std::string rate(std::uint64_t bytes, timing::Picoseconds time) {
  const auto per_second = static_cast<double>(bytes_per_second(bytes, time));
  if (per_second >= 1e9) return fmt::format("{:.2f} GB/s", per_second / 1e9);
  if (per_second >= 1e5) return fmt::format("{:.2f} MB/s", per_second / 1e6);
  return fmt::format("{:.2f} kB/s", per_second / 1e3);
}

std::string latency_line(const char* way, const timing::Histogram& latency,
                         const timing::BatchMeans& means) {
  const auto half_width = means.half_width();
  std::string line = fmt::format("  {:<6} {:>8}", way, in_ns(latency.mean()));
  line += half_width ? fmt::format(" ±{:<6}", in_ns(*half_width)) : fmt::format("{:8}", "");
  line += fmt::format(" {:>7}", in_ns(latency.min()));
  for (const auto& [name, of_1000] : timing::reported_quantiles) {
    line += fmt::format(" {:>8}", in_ns(latency.quantile(of_1000)));
  }
  return line + fmt::format(" {:>9}", in_ns(latency.max()));
}

std::string measured_span(const RunResult& result) {
  const SpanDescription& warmup = result.description.warmup;
  const SpanDescription& measure = result.description.measure;
  if (!warmup.given() && !measure.given()) return "";
  if (result.measured.length == 0) return "  nothing was measured: the warm-up did not end\n";
  return fmt::format("  measured from {} to {}\n", human_duration(result.measured.from),
                     human_duration(result.measured.from + result.measured.length));
}

/// How long completed requests took and what they moved, a line for each way of each stream.
std::string latencies(const RunResult& result) {
  if (!result.timed()) return "";
  const std::size_t width = width_of_streams(result);
  std::string text = fmt::format(
      "\nlatency in ns{:>{}}{:>9}{:>8}{:>8}{:>9}{:>9}{:>9}{:>9}{:>10}{:>14}\n", "", width + 5,
      "mean", " ±95 %", "min", "p50", "p95", "p99", "p99.9", "max", "bandwidth");
  for (const StreamResult& stream : result.streams) {
    const traffic::MeasuredRequests& measured = stream.statistics.measured;
    std::string host = stream.host, name = what(stream);
    const auto line = [&](const char* way, const timing::Histogram& latency,
                          const timing::BatchMeans& means, std::uint64_t bytes) {
      if (latency.count() == 0) return;
      text += fmt::format("  {:<6}  {:<{}}{}{:>14}\n", host, name, width,
                          latency_line(way, latency, means), rate(bytes, result.measured.length));
      host.clear();
      name.clear();
    };
    line("read", measured.reads, measured.read_means, measured.read_bytes);
    line("write", measured.writes, measured.write_means, measured.write_bytes);
  }
  return text + measured_span(result);
}

/// The stations that decide how fast the fabric is: those that are busy most of the time.
std::string stations(const RunResult& result) {
  constexpr std::size_t shown = 5;
  const bool queues = result.options.mode == traffic::Mode::at;
  const timing::Picoseconds length = result.measured.length;
  std::vector<const StationResult*> busiest;
  for (const StationResult& station : result.stations) {
    const timing::StationStatistics& s = station.statistics;
    if (s.busy != 0 || s.waited != 0) busiest.push_back(&station);
  }
  if (busiest.empty()) return "";
  std::stable_sort(busiest.begin(), busiest.end(), [](const auto* left, const auto* right) {
    const timing::StationStatistics &l = left->statistics, &r = right->statistics;
    return l.busy != r.busy ? l.busy > r.busy : l.waited > r.waited;
  });
  busiest.resize(std::min(busiest.size(), shown));
  std::size_t width = 20;
  for (const StationResult* station : busiest) width = std::max(width, station->label.size());

  std::string text =
      fmt::format("\n{:<{}}{:>13}{:>14}{:>9}{:>10}{:>14}{:>12}", "busiest stations", width + 2,
                  "messages", "traffic", "busy", "queued", "mean wait", "longest");
  if (queues) text += fmt::format("{:>10}{:>9}", "blocked", "deepest");
  text += '\n';
  for (const StationResult* station : busiest) {
    const timing::StationStatistics& s = station->statistics;
    text += fmt::format("  {:<{}}{:>13}{:>14}", station->label, width, grouped(s.messages),
                        rate(s.bytes, length));
    text += fmt::format(" {:>6.1f} % {:>9.2f}", 100 * station->utilisation(length),
                        station->mean_queue(length));
    text += fmt::format(" {:>10} ns {:>8} ns", in_ns(station->mean_wait()), in_ns(s.longest_wait));
    if (queues)
      text += fmt::format(" {:>7.1f} % {:>8}", 100 * ratio(s.blocked, length), s.deepest_queue);
    text += '\n';
  }
  return text;
}

/// What lines found in the banks of each channel of DRAM, those with the most lines first.
std::string dram(const RunResult& result) {
  constexpr std::size_t shown = 4;
  struct Row {
    const StationResult* channel;
    timing::DramBankStatistics sum;
    double busiest = 0, mean = 0;
  };
  std::vector<Row> rows;
  std::size_t width = 20;
  for (const StationResult& station : result.stations) {
    Row row{&station, {}};
    for (const timing::DramBankStatistics& bank : station.banks) {
      row.sum.hits += bank.hits;
      row.sum.misses += bank.misses;
      row.sum.conflicts += bank.conflicts;
      const double busy = bank.utilisation(result.measured.length);
      row.busiest = std::max(row.busiest, busy);
      row.mean += busy / static_cast<double>(station.banks.size());
    }
    if (row.sum.lines() == 0) continue;
    rows.push_back(row);
    width = std::max(width, station.label.size());
  }
  if (rows.empty()) return "";
  std::stable_sort(rows.begin(), rows.end(), [](const Row& left, const Row& right) {
    return left.sum.lines() > right.sum.lines();
  });
  std::string text =
      fmt::format("\n{:<{}}{:>13}{:>14}{:>9}{:>12}{:>12}{:>12}\n", "DRAM", width + 2, "lines",
                  "row hits", "misses", "conflicts", "banks busy", "busiest");
  for (std::size_t i = 0; i < std::min(rows.size(), shown); ++i) {
    const auto& [channel, sum, busiest, mean] = rows[i];
    text += fmt::format("  {:<{}}{:>13}{:>12.1f} %{:>7.1f} %{:>10.1f} %{:>10.1f} %{:>10.1f} %\n",
                        channel->label, width, grouped(sum.lines()),
                        100 * ratio(sum.hits, sum.lines()), 100 * ratio(sum.misses, sum.lines()),
                        100 * ratio(sum.conflicts, sum.lines()), 100 * mean, 100 * busiest);
  }
  if (rows.size() > shown) {
    text += fmt::format("  and {} more channels in results.json\n", rows.size() - shown);
  }
  return text;
}

std::string hosts_of(const DeviceResult& device, const PlatformDescription& description) {
  std::string text;
  for (std::size_t h = 0; h < device.bytes_by_host.size(); ++h) {
    if (device.bytes_by_host[h] == 0) continue;
    if (!text.empty()) text += ' ';
    text += description.hosts[h].name;
  }
  return text.empty() ? "-" : text;
}

std::string devices(const RunResult& result) {
  std::uint64_t total = 0;
  std::size_t hosts_width = 5, name_width = 8;
  for (const DeviceResult& device : result.devices) {
    total += device.counters.bytes();
    hosts_width = std::max(hosts_width, hosts_of(device, result.description).size());
    name_width = std::max(name_width, device.device.size());
  }
  std::string text =
      fmt::format("\nwhere it went{:>{}}{:>10}{:>11}  {:<{}}\n", "", name_width + bar_width - 1,
                  "share", "traffic", "hosts", hosts_width);
  for (const DeviceResult& device : result.devices) {
    const double share = ratio(device.counters.bytes(), total);
    text += fmt::format("  {:<{}}  {}{:>8.1f} %{:>11}  {}\n", device.device, name_width, bar(share),
                        100 * share, rough_size(device.counters.bytes()),
                        hosts_of(device, result.description));
  }
  return text;
}

std::string refusals(const RunResult& result) {
  std::string text;
  for (const ComponentResult& component : result.components) {
    for (std::size_t i = 1; i < component.counters.errors.size(); ++i) {
      const std::uint64_t count = component.counters.errors[i];
      if (count == 0) continue;
      text += fmt::format("  {:<22}{:>13}  {}\n", component.label, grouped(count),
                          address::text(static_cast<address::Cause>(i)));
    }
  }
  return text.empty() ? "" : "\nrefused, by component and cause (parts of 256 B)\n" + text;
}

std::string firmware(const RunResult& result) {
  std::string text;
  for (const MmioVerdict& v : result.mmio) {
    text += fmt::format("  {:>4}  {} {:<5} {:<12} {:<24} {}\n", v.step.location.line,
                        v.ok ? "ok  " : "FAIL", v.step.is_write ? "write" : "read",
                        v.step.component, v.step.reg, v.verdict);
  }
  return text.empty() ? "" : "\nregister accesses, by line\n" + text;
}

std::string programming(const RunResult& result) {
  std::string text;
  std::size_t committed = 0;
  for (const ProgrammedDecoder& decoder : result.programming.decoders) {
    if (decoder.verdict.effect == address::WriteVerdict::Effect::committed) ++committed;
    if (decoder.verdict.effect != address::WriteVerdict::Effect::commit_failed) continue;
    text += fmt::format("  {:<12} {} ({})\n", decoder.component, describe(decoder.verdict),
                        decoder.origin);
  }
  return fmt::format("\n{} decoders committed\n", grouped(committed)) + text;
}

std::string times(const RunResult& result) {
  std::uint64_t answered = 0;
  for (const StreamResult& stream : result.streams) {
    answered += stream.statistics.completed + stream.statistics.refused;
  }
  std::string text = result.timed()
                         ? fmt::format("\nsimulated {}", human_duration(result.simulated_ps))
                         : std::string("\nsimulated time does not pass in functional mode");
  text += fmt::format("   wall {:.2f} s", result.wall_seconds);
  if (result.wall_seconds > 0 && answered > 0) {
    text += fmt::format(
        "   {} requests/s, every one checked",
        grouped(static_cast<std::uint64_t>(static_cast<double>(answered) / result.wall_seconds)));
  }
  return text + "\n";
}

std::string warnings(const RunResult& result) {
  std::string text;
  for (const std::string& warning : beyond_proven_range(result))
    text += "warning: " + warning + "\n";
  return text;
}

std::string verdict(const RunResult& result) {
  const auto problems = result.problems();
  const bool cut = std::any_of(result.streams.begin(), result.streams.end(),
                               [](const StreamResult& stream) { return !stream.finished; });
  if (problems.empty() && cut) {
    return fmt::format(
        "STOPPED at {} as asked; up to there every byte and every DPA is where it "
        "should be ({} audited)\n",
        human_duration(*result.options.until), rough_size(result.audited_bytes));
  }
  if (problems.empty()) {
    return fmt::format(
        "PASSED: every request completed; every byte and every DPA is where it "
        "should be ({} audited)\n",
        rough_size(result.audited_bytes));
  }
  std::string text = "FAILED\n";
  for (const std::string& problem : problems) text += "  " + problem + "\n";
  for (const traffic::Failure& failure : result.failures) {
    text += fmt::format("  {} {:#x}: {}\n", failure.host, failure.hpa, failure.text);
  }
  return text;
}

}  // namespace

std::string summary(const RunResult& result, const std::string& results_path) {
  std::string text = heading(result) + firmware(result) + regions(result) + programming(result) +
                     requests(result) + latencies(result) + stations(result) + dram(result) +
                     devices(result) + refusals(result) + times(result) + warnings(result) +
                     verdict(result);
  if (!results_path.empty()) text += "results in " + results_path + "\n";
  return text;
}

}  // namespace cxlpool::platforms
