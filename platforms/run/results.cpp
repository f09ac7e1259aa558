// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/results.h"

#include <cmath>

#include <fmt/format.h>

#include "platforms/description_json.h"
#include "platforms/run/proven_range.h"
#include "platforms/version.h"

namespace cxlpool::platforms {
namespace {

using Json = nlohmann::ordered_json;

Json errors_json(const std::array<std::uint64_t, address::cause_count>& causes) {
  Json errors = Json::object();
  for (std::size_t i = 1; i < causes.size(); ++i) {
    if (causes[i] != 0) errors[address::name(static_cast<address::Cause>(i))] = causes[i];
  }
  return errors;
}

Json counters_json(const fabric::Counters& counters) {
  return {{"reads", counters.reads},
          {"writes", counters.writes},
          {"read_bytes", counters.read_bytes},
          {"write_bytes", counters.write_bytes},
          {"errors", errors_json(counters.errors)}};
}

constexpr double millions = 1e6;

/// A share or a mean, to six places: enough for anybody, and the same on every compiler.
double rounded(double value) { return std::round(value * millions) / millions; }

Json latency_json(const timing::Histogram& latency, const timing::BatchMeans* means = nullptr) {
  Json json = {{"count", latency.count()}};
  if (latency.count() == 0) return json;
  json["mean"] = latency.mean();
  if (means && means->half_width()) json["mean_ci95"] = *means->half_width();
  json["min"] = latency.min();
  for (const auto& [name, of_1000] : timing::reported_quantiles) {
    json[name] = latency.quantile(of_1000);
  }
  json["max"] = latency.max();
  return json;
}

void add_measured(Json& json, const traffic::MeasuredRequests& measured, const MeasuredSpan& span) {
  timing::Histogram both = measured.reads;
  both.merge(measured.writes);
  // Streams of a host have batches of their own, which do not add up to the host's.
  const bool means = measured.all_means.length() * measured.all_means.batches() != 0;
  json["latency_ps"] = {
      {"reads", latency_json(measured.reads, means ? &measured.read_means : nullptr)},
      {"writes", latency_json(measured.writes, means ? &measured.write_means : nullptr)},
      {"all", latency_json(both, means ? &measured.all_means : nullptr)}};
  json["bandwidth"] = {
      {"reads", bytes_per_second(measured.read_bytes, span.length)},
      {"writes", bytes_per_second(measured.write_bytes, span.length)},
      {"all", bytes_per_second(measured.read_bytes + measured.write_bytes, span.length)}};
}

Json stream_json(const StreamResult& stream, const RunResult& result) {
  const traffic::InitiatorStatistics& s = stream.statistics;
  Json json = {{"host", stream.host},
               {"traffic", stream.what},
               {"region", stream.region},
               {"finished", stream.finished},
               {"asked", s.asked},
               {"completed", s.completed},
               {"refused", s.refused},
               {"verified", s.verified},
               {"reads", s.reads},
               {"writes", s.writes},
               {"read_bytes", s.read_bytes},
               {"write_bytes", s.write_bytes},
               {"refused_by_cause", errors_json(s.causes)}};
  if (result.timed()) {
    json["latency_ps_total"] = s.latency_ps_total;
    add_measured(json, s.measured, result.measured);
  }
  return json;
}

Json host_json(const std::string& host, const RunResult& result) {
  traffic::MeasuredRequests measured;
  for (const StreamResult& stream : result.streams) {
    if (stream.host == host) add(measured, stream.statistics.measured);
  }
  Json json = {{"host", host}};
  add_measured(json, measured, result.measured);
  return json;
}

Json banks_json(const StationResult& station, timing::Picoseconds length) {
  Json hits = Json::array(), misses = Json::array(), conflicts = Json::array(),
       utilisation = Json::array();
  for (const timing::DramBankStatistics& bank : station.banks) {
    hits.push_back(bank.hits);
    misses.push_back(bank.misses);
    conflicts.push_back(bank.conflicts);
    utilisation.push_back(rounded(bank.utilisation(length)));
  }
  return {{"row_hits", std::move(hits)},
          {"row_misses", std::move(misses)},
          {"row_conflicts", std::move(conflicts)},
          {"utilisation", std::move(utilisation)}};
}

/// What only queues that messages really stand in can tell is left out of loosely timed runs.
Json station_json(const StationResult& station, const RunResult& result) {
  const timing::StationStatistics& s = station.statistics;
  Json json = {{"station", station.label},
               {"kind", station.kind},
               {"messages", s.messages},
               {"bytes", s.bytes},
               {"bandwidth", bytes_per_second(s.bytes, result.measured.length)},
               {"utilisation", rounded(station.utilisation(result.measured.length))},
               {"mean_queue", rounded(station.mean_queue(result.measured.length))},
               {"mean_wait_ps", station.mean_wait()},
               {"longest_wait_ps", s.longest_wait}};
  if (!station.banks.empty()) json["banks"] = banks_json(station, result.measured.length);
  if (result.options.mode != traffic::Mode::at) return json;
  json["blocked_ps"] = s.blocked;
  json["deepest_queue"] = s.deepest_queue;
  return json;
}

Json device_json(const DeviceResult& device, const PlatformDescription& description) {
  Json by_host = Json::object();
  for (std::size_t h = 0; h < device.bytes_by_host.size(); ++h) {
    by_host[description.hosts[h].name] = device.bytes_by_host[h];
  }
  Json json = {{"device", device.device}, {"capacity", device.capacity}};
  json.update(counters_json(device.counters));
  json["bytes_by_host"] = std::move(by_host);
  return json;
}

Json programming_json(const Programming& programming) {
  Json decoders = Json::array();
  for (const ProgrammedDecoder& decoder : programming.decoders) {
    decoders.push_back({{"component", decoder.component},
                        {"index", decoder.program.index},
                        {"base", decoder.program.base},
                        {"size", decoder.program.size},
                        {"ways", decoder.program.interleave.ways()},
                        {"granularity", decoder.program.interleave.granularity()},
                        {"origin", decoder.origin},
                        {"verdict", decoder.waiting ? "waits for its device to be plugged"
                                                    : address::describe(decoder.verdict)}});
  }
  Json regions = Json::array();
  for (const ProgrammedRegion& region : programming.regions) {
    regions.push_back({{"region", region.name},
                       {"made", region.made()},
                       {"base", region.plan.base},
                       {"size", region.plan.size},
                       {"ways", region.plan.interleave.ways()},
                       {"granularity", region.plan.interleave.granularity()}});
  }
  return {{"decoders", std::move(decoders)}, {"regions", std::move(regions)}};
}

Json mmio_json(const std::vector<MmioVerdict>& verdicts) {
  Json steps = Json::array();
  for (const MmioVerdict& v : verdicts) {
    steps.push_back({{"line", v.step.location.line},
                     {"op", v.step.is_write ? "write" : "read"},
                     {"component", v.step.component},
                     {"register", v.step.reg},
                     {"offset", v.offset},
                     {"size", v.step.size},
                     {"value", v.step.is_write ? *v.step.value : v.read_value},
                     {"ok", v.ok},
                     {"verdict", v.verdict}});
  }
  return steps;
}

Json failures_json(const RunResult& result) {
  Json failures = Json::array();
  for (const traffic::Failure& failure : result.failures) {
    failures.push_back({{"host", failure.host}, {"hpa", failure.hpa}, {"text", failure.text}});
  }
  return failures;
}

}  // namespace

std::uint64_t bytes_per_second(std::uint64_t bytes, timing::Picoseconds time) {
  constexpr double ps_per_second = 1e12;
  if (time == 0) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * ps_per_second /
                                    static_cast<double>(time));
}

Json results_json(const RunResult& result) {
  Json streams = Json::array();
  for (const StreamResult& stream : result.streams) streams.push_back(stream_json(stream, result));
  Json devices = Json::array();
  for (const DeviceResult& device : result.devices) {
    devices.push_back(device_json(device, result.description));
  }
  Json components = Json::array();
  for (const ComponentResult& component : result.components) {
    Json json = {{"component", component.label}, {"kind", component.kind}};
    json.update(counters_json(component.counters));
    components.push_back(std::move(json));
  }
  Json stations = Json::array();
  for (const StationResult& station : result.stations) {
    stations.push_back(station_json(station, result));
  }
  Json json;
  json["format"] = 1;
  json["version"] = version;
  json["name"] = result.description.name;
  json["mode"] = traffic::name_of(result.options.mode);
  json["seed"] = result.description.seed;
  json["good"] = result.good();
  json["problems"] = result.problems();
  json["warnings"] = beyond_proven_range(result);
  if (result.options.until) json["until_ps"] = *result.options.until;
  json["simulated_ps"] = result.simulated_ps;
  if (result.timed()) {
    json["measured"] = {{"from_ps", result.measured.from}, {"length_ps", result.measured.length}};
  }
  json["traffic"] = std::move(streams);
  if (result.timed()) {
    Json hosts = Json::array();
    for (const HostDescription& host : result.description.hosts) {
      hosts.push_back(host_json(host.name, result));
    }
    json["hosts"] = std::move(hosts);
  }
  json["devices"] = std::move(devices);
  json["components"] = std::move(components);
  if (result.timed()) json["stations"] = std::move(stations);
  json["programming"] = programming_json(result.programming);
  if (!result.mmio.empty()) json["mmio"] = mmio_json(result.mmio);
  json["checks"] = {{"failed", result.failure_count},
                    {"audited_bytes", result.audited_bytes},
                    {"first_failures", failures_json(result)}};
  json["request_trace_records"] = result.request_trace_records;
  json["platform"] = resolved_json(result.description);
  json["wall_seconds"] = result.wall_seconds;
  return json;
}

}  // namespace cxlpool::platforms
