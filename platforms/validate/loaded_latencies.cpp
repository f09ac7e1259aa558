// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "platforms/validate/tables.h"

namespace cxlpool::validation {
namespace {

/// What Little's law leaves: the published latency at the peak, times its bandwidth.
constexpr unsigned mess_outstanding = 256;
constexpr unsigned mlc_threads = 16;
constexpr unsigned mlc_outstanding = 40;
/// Cores of a socket in the VLDB 2025 study. One alone reads 1.86 GB/s of random lines at 518 ns,
/// which is 15 of its 16 fill buffers; prefetchers have up to 48 lines under way.
constexpr unsigned cxlbench_threads = 24;
constexpr unsigned fill_buffers = 15;
constexpr unsigned prefetched_lines = 48;

/// Of the published peak. Closer to it, latency says how deep the queues are, not how long the way.
constexpr double fractions[] = {0.05, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9};

/// The published points nearest to the fractions, none twice and none beyond the last.
std::vector<CurvePoint> chosen(const std::vector<CurvePoint>& points, double peak) {
  std::vector<CurvePoint> few;
  for (const double fraction : fractions) {
    const CurvePoint* best = nullptr;
    for (const CurvePoint& point : points) {
      if (point.bandwidth > 0.905 * peak) continue;
      const auto off = [&](const CurvePoint& p) { return std::abs(p.bandwidth - fraction * peak); };
      if (!best || off(point) < off(*best)) best = &point;
    }
    if (best && (few.empty() || few.back().bandwidth < best->bandwidth)) few.push_back(*best);
  }
  return few;
}

Injector injector_from(const std::string& text) {
  if (text == "mlc") return Injector::mlc;
  if (text == "paced") return Injector::paced;
  throw std::logic_error("no published curve is injected as " + text);
}

Curve run_curve(const ReferenceRow& first, const std::vector<CurvePoint>& points) {
  Curve curve;
  Bench bench;
  bench.profile = first.text("profile");
  const Mix mix = mix_of(first);
  const Injector injector = injector_from(first.text("injector"));
  curve.name =
      fmt::format("{}, {} {} % read", bench.profile, first.text("pattern"), mix.read_percent);
  curve.role = role_from(first.text("role"));
  curve.source = first.text("source");
  curve.tolerance = first.number("tolerance");
  double peak = 0;
  for (const CurvePoint& point : points) peak = std::max(peak, point.bandwidth);
  curve.points = chosen(points, peak);
  for (CurvePoint& point : curve.points) {
    point.model = measure(bench, offering(injector, mix, 1, point.bandwidth)).latency;
  }
  return curve;
}

}  // namespace

Mix mix_of(const ReferenceRow& row) {
  const std::string& pattern = row.text("pattern");
  Mix mix;
  if (pattern == "sequential" || pattern == "seq") mix.pattern = Pattern::sequential;
  mix.read_percent = row.count("read_percent");
  return mix;
}

Load saturating(Injector injector, const Mix& mix, unsigned devices) {
  Load load;
  load.pattern = mix.pattern;
  load.read_percent = mix.read_percent;
  load.size = mix.size;
  load.requests = 24'000 * devices;
  switch (injector) {
    case Injector::mlc:
      load.threads = mlc_threads;
      load.outstanding = mlc_outstanding * devices;
      break;
    case Injector::closed: {
      load.threads = cxlbench_threads;
      const bool alone = mix.pattern == Pattern::random && mix.size == 64;
      const unsigned lines = alone ? fill_buffers : prefetched_lines;
      load.outstanding = std::max(lines * 64 / mix.size, 1u);
      break;
    }
    default:
      load.outstanding = mess_outstanding * devices;
  }
  // As much data in long requests as in lines, or nearly.
  load.requests = std::max<std::uint64_t>(load.requests * 128 / (mix.size + 64),
                                          load.threads * load.outstanding * 8ull);
  return load;
}

Load peaking(Injector injector, const Mix& mix, unsigned devices) {
  Load load = saturating(injector, mix, devices);
  // Each request is a read or a write by chance: of 24,000, the share of reads is off by up to 1 %,
  // and the bandwidth of a link by 1.5 %.
  constexpr unsigned longer = 10;
  if (mix.read_percent == 0 || mix.read_percent == 100) return load;
  load.requests = std::max(load.requests, load.requests * longer / devices);
  return load;
}

Load offering(Injector injector, const Mix& mix, unsigned devices, double gb_per_second) {
  Load load = saturating(injector, mix, devices);
  load.bytes_per_second = static_cast<std::uint64_t>(gb_per_second * 1e9 + 0.5);
  load.bounded = injector != Injector::poisson && injector != Injector::fixed;
  load.poisson = injector != Injector::fixed;
  load.requests = load.requests * 2 / 3;
  if (injector == Injector::mlc) {
    // Long enough for the probes to be asked some hundred times.
    constexpr double window_ns = 80'000;
    constexpr double quickest_ns = 90;
    const double requests = gb_per_second * window_ns / mix.size;
    load.requests =
        std::max<std::uint64_t>(load.requests / 2, static_cast<std::uint64_t>(requests));
    const double lasts_ns = static_cast<double>(load.requests) * mix.size / gb_per_second;
    load.probes = 2;
    load.probe_requests = static_cast<std::uint64_t>(1.1 * lasts_ns / quickest_ns);
  }
  return load;
}

Table loaded_latencies() {
  Table table{"loaded_latencies", "Loaded latencies", {}, {}, {}};
  table.notes.push_back(
      "At the published bandwidths up to 90 % of the highest published one. Queues, credits and "
      "controllers are chosen on the curves of sequential or Mess reads alone, the A1000's "
      "switching between reads and writes on sequential writes; all mixes of both and all random "
      "addresses are predictions. Aim: 10 % in the mean.");
  table.notes.push_back(
      "Local memory, of which nothing is asked, is too slow where reads and writes mix.");
  // By what the csv file says of the whole curve; its order is kept.
  std::vector<std::pair<ReferenceRow, std::vector<CurvePoint>>> curves;
  const auto same_curve = [](const ReferenceRow& a, const ReferenceRow& b) {
    return a.text("profile") == b.text("profile") && a.text("pattern") == b.text("pattern") &&
           a.text("read_percent") == b.text("read_percent");
  };
  for (const ReferenceRow& row : reference_rows("loaded_latencies")) {
    if (curves.empty() || !same_curve(curves.back().first, row)) curves.push_back({row, {}});
    curves.back().second.push_back({row.number("bandwidth"), row.number("latency"), 0});
  }
  for (const auto& [first, points] : curves) table.curves.push_back(run_curve(first, points));
  return table;
}

}  // namespace cxlpool::validation
