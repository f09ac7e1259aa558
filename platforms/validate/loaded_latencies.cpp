// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "platforms/validate/tables.h"

namespace cxlpool::validation {
namespace {

/// What Little's law leaves: the published latency at the peak, times its bandwidth.
constexpr unsigned mess_outstanding = 256;
constexpr unsigned mlc_threads = 16;
constexpr unsigned mlc_outstanding = 40;

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

Curve run_curve(const ReferenceRow& first, std::vector<CurvePoint> points) {
  Curve curve;
  Bench bench;
  bench.profile = first.text("profile");
  const Pattern pattern =
      first.text("pattern") == "sequential" ? Pattern::sequential : Pattern::random;
  const Injector injector = first.text("injector") == "mlc" ? Injector::mlc : Injector::paced;
  const unsigned read_percent = first.count("read_percent");
  curve.name = fmt::format("{}, {} {} % read", bench.profile, first.text("pattern"), read_percent);
  curve.role =
      read_percent == 100 && first.text("pattern") != "random" ? Role::fitted : Role::predicted;
  curve.source = first.text("source");
  for (const CurvePoint& point : points) {
    curve.published_peak = std::max(curve.published_peak, point.bandwidth);
  }
  curve.model_peak = measure(bench, saturating(injector, pattern, read_percent)).bandwidth;
  curve.points = chosen(points, curve.published_peak);
  for (CurvePoint& point : curve.points) {
    point.model =
        measure(bench, offering(injector, pattern, read_percent, point.bandwidth)).latency;
  }
  return curve;
}

}  // namespace

Load saturating(Injector injector, Pattern pattern, unsigned read_percent) {
  Load load;
  load.pattern = pattern;
  load.read_percent = read_percent;
  load.requests = 24'000;
  load.outstanding = mess_outstanding;
  if (injector == Injector::mlc) {
    load.threads = mlc_threads;
    load.outstanding = mlc_outstanding;
  }
  return load;
}

Load offering(Injector injector, Pattern pattern, unsigned read_percent, double gb_per_second) {
  Load load = saturating(injector, pattern, read_percent);
  load.requests = 16'000;
  load.bytes_per_second = static_cast<std::uint64_t>(gb_per_second * 1e9 + 0.5);
  load.bounded = injector != Injector::open;
  return load;
}

Table loaded_latencies() {
  Table table{"loaded_latencies", "Loaded latencies", {}, {}, {}};
  table.notes.push_back(
      "At the published bandwidths up to 90 % of the published peak. Queues, credits and "
      "controllers are chosen on the curves of sequential or Mess reads alone; writes and random "
      "addresses are predictions.");
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
  for (auto& [first, points] : curves) {
    table.curves.push_back(run_curve(first, std::move(points)));
  }
  return table;
}

}  // namespace cxlpool::validation
