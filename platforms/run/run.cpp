// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/run.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "platforms/builder_parts.h"
#include "platforms/input_error.h"
#include "platforms/run/activity.h"
#include "platforms/run/request_recorder.h"
#include "platforms/run/socket_trace.h"
#include "platforms/run/streams.h"
#include "platforms/run/time_series.h"
#include "platforms/run/timeline_writer.h"
#include "platforms/run/value_dump.h"
#include "platforms/run/ways_taken.h"

namespace cxlpool::platforms {
namespace {

std::vector<unsigned> cores_for(const PlatformDescription& description) {
  std::vector<unsigned> cores(description.hosts.size(), 0);
  for (const TrafficDescription& stream : description.traffic) {
    for (std::size_t h = 0; h < description.hosts.size(); ++h) {
      cores[h] += description.hosts[h].name == stream.host;
    }
  }
  return cores;
}

/// One run's moving parts, in the order in which they come to life.
class Run final : public traffic::RequestObserver {
 public:
  Run(const PlatformDescription& description, const RunOptions& options);
  RunResult carry_out();

 private:
  void build_initiators();
  void open_outputs();
  void open_activity();
  void program_platform();
  void begin_streams();
  void simulate();
  void write_series();
  void check_for_deadlock();
  void tell_stations();
  void collect_stations();
  std::vector<WayTaken> ways_taken() const;
  void collect();
  void answered(fabric::HostId host, const traffic::Answer& answer) override;
  bool hotplug_is_due() const;
  void plug_and_unplug();
  void asked(fabric::HostId host, const traffic::Request& request, timing::Picoseconds at) override;
  bool wants_activity() const { return !options_.timeline.empty() || !options_.vcd.empty(); }
  void carry_out(const HotplugDescription& event);

  const PlatformDescription& description_;
  const RunOptions& options_;
  Platform platform_;
  traffic::Measurement measurement_;
  traffic::Scoreboard scoreboard_;
  RunResult result_;
  std::unique_ptr<RequestRecorder> recorder_;
  std::unique_ptr<TimeSeries> series_;
  std::unique_ptr<Activity> activity_;
  std::unique_ptr<TimelineWriter> timeline_;
  std::unique_ptr<SocketTrace> sockets_;
  std::unique_ptr<ValueDump> dump_;
  std::unique_ptr<traffic::LooseDriver> driver_;                 ///< loosely timed
  std::vector<std::unique_ptr<traffic::Initiator>> initiators_;  ///< one for each traffic entry
  std::vector<std::vector<WayTaken>> ways_;                      ///< by device, then host
  std::uint64_t answered_ = 0;
  std::uint64_t will_ask_ = 0;
  std::size_t next_hotplug_ = 0;
};

traffic::Injection make_injection(const TrafficDescription& described, std::uint64_t seed,
                                  std::size_t stream) {
  const InjectionDescription& from = described.injection;
  traffic::Injection injection;
  switch (from.kind) {
    case Injection::closed:
      injection.kind = traffic::Injection::Kind::closed;
      break;
    case Injection::open:
      injection.kind = traffic::Injection::Kind::open;
      break;
    case Injection::paced:
      injection.kind = traffic::Injection::Kind::paced;
      break;
  }
  injection.outstanding = described.outstanding * from.threads;
  injection.delay = from.delay;
  injection.gap = from.pace.between(described.sizes.front());
  injection.poisson = from.arrival == Arrival::poisson;
  injection.start = from.start;
  injection.seed = seed * 0x9E3779B97F4A7C15ull + stream;
  return injection;
}

traffic::Span make_span(const SpanDescription& described) {
  return {described.time, described.requests};
}

Run::Run(const PlatformDescription& description, const RunOptions& options)
    : description_(description),
      options_(options),
      platform_(description, {options.compiled_routes, options.mode != traffic::Mode::functional,
                              cores_for(description), /*bind=*/nullptr, /*in_order=*/true}),
      measurement_(make_span(description.warmup), make_span(description.measure),
                   options.until.value_or(traffic::Measurement::never)),
      scoreboard_(platform_.endpoints()),
      ways_(platform_.endpoints().size(), std::vector<WayTaken>(description.hosts.size())) {
  for (std::size_t i = 0; i < description_.devices.size(); ++i) {
    if (description_.devices[i].backing.empty()) continue;
    scoreboard_.adopt_contents_of(platform_.device(i).id());
  }
  if (options.mode == traffic::Mode::at) {
    for (fabric::Endpoint* endpoint : platform_.endpoints()) endpoint->set_witness(&scoreboard_);
  }
  build_initiators();
  open_activity();
}

/// What wants to see the fabric at work must be there before the simulation begins.
void Run::open_activity() {
  if (!wants_activity()) return;
  std::vector<std::string> hosts, devices;
  for (const HostDescription& host : description_.hosts) hosts.push_back(host.name);
  for (const fabric::Endpoint* endpoint : platform_.endpoints()) {
    devices.push_back(endpoint->label());
  }
  activity_ = std::make_unique<Activity>("activity", hosts, platform_.time()->timeline());
  if (!options_.timeline.empty()) {
    timeline_ = std::make_unique<TimelineWriter>(options_.timeline, hosts, devices,
                                                 activity_->levels(), options_.timeline_requests);
    activity_->add_sink(*timeline_);
  }
  if (options_.vcd.empty()) return;
  const bool at = options_.mode == traffic::Mode::at;
  sockets_ = std::make_unique<SocketTrace>(
      "sockets", hosts, at ? devices : std::vector<std::string>(), *platform_.time());
  dump_ = std::make_unique<ValueDump>(options_.vcd, *activity_, *sockets_);
  if (!at) return;
  sockets_->set_next(scoreboard_);
  for (fabric::Endpoint* endpoint : platform_.endpoints()) endpoint->set_witness(sockets_.get());
}

void Run::build_initiators() {
  if (options_.mode == traffic::Mode::lt) {
    driver_ = std::make_unique<traffic::LooseDriver>(
        "driver", fabric::to_sc_time(description_.quantum),
        options_.until.value_or(traffic::Measurement::never));
  }
  std::vector<unsigned> next_core(description_.hosts.size(), 1);
  for (std::size_t i = 0; i < description_.traffic.size(); ++i) {
    const TrafficDescription& described = description_.traffic[i];
    const std::size_t host = platform_.host_index(described.host);
    traffic::Initiator::Config config;
    config.label = fmt::format("traffic[{}]", i);
    config.mode = options_.mode;
    config.injection = make_injection(described, description_.seed, i);
    config.time = options_.mode == traffic::Mode::at ? platform_.time() : nullptr;
    config.measurement = &measurement_;
    config.driver = driver_.get();
    config.believe_source = !description_.expect_refusals;
    config.tell_asked = wants_activity();
    initiators_.push_back(std::make_unique<traffic::Initiator>(
        fmt::format("traffic{}", i).c_str(), config, platform_.host(host), scoreboard_, this));
    initiators_.back()->socket.bind(platform_.host(host).core[next_core[host]++]);
  }
}

/// Stations count what they see of the measurement, whose ends may not be known before they come.
void Run::tell_stations() {
  if (!platform_.time()) return;
  const auto tell = [this] {
    for (timing::Station* station : platform_.time()->timeline().stations()) {
      station->measure(measurement_.from(), measurement_.until());
    }
    if (timeline_) timeline_->begin_at(measurement_.from());
  };
  tell();
  measurement_.changed = tell;
}

/// Why messages are still under way when nothing is left to happen.
void Run::check_for_deadlock() {
  if (!platform_.time() || !platform_.time()->timeline().idle()) return;
  for (const timing::Station* station : platform_.time()->timeline().find_deadlock()) {
    result_.deadlock.push_back(station->label());
  }
}

RunResult Run::carry_out() {
  const auto begin = std::chrono::steady_clock::now();
  open_outputs();
  platform_.start();
  program_platform();
  begin_streams();
  tell_stations();
  simulate();
  collect();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  result_.wall_seconds = wall.count();
  return std::move(result_);
}

void Run::open_outputs() {
  if (options_.out_dir.empty()) return;
  const bool timed = options_.mode != traffic::Mode::functional;
  const OutputDescription& output = description_.output;
  if (!output.request_trace.empty()) {
    const auto path = std::filesystem::path(options_.out_dir) / output.request_trace;
    recorder_ = std::make_unique<RequestRecorder>(path.string(), timed);
  }
  if (timed && output.time_series != 0) {
    series_ = std::make_unique<TimeSeries>(description_.hosts.size(), output.time_series);
  }
}

void Run::program_platform() {
  enable_all(platform_);
  result_.programming = program(platform_);
  for (const ProgrammedRegion& region : result_.programming.regions) {
    if (!region.refusal) continue;
    throw InputError(region.location,
                     fmt::format("region {}: the driver refuses with {}: {}", region.name,
                                 region.refusal->error, region.refusal->text));
  }
  result_.mmio = replay(platform_, options_.mmio);
}

void Run::begin_streams() {
  for (std::size_t i = 0; i < initiators_.size(); ++i) {
    auto source = make_source(description_, result_.programming, i);
    will_ask_ += source->size_hint();
    initiators_[i]->begin(std::move(source));
  }
}

void Run::simulate() try {
  if (options_.until) {
    if (platform_.time()) platform_.time()->stop_at(*options_.until);
    sc_core::sc_start(fabric::to_sc_time(*options_.until), sc_core::SC_EXIT_ON_STARVATION);
  } else {
    sc_core::sc_start();
  }
  for (const auto& initiator : initiators_) {
    if (initiator->error()) std::rethrow_exception(initiator->error());
  }
  check_for_deadlock();
  if (recorder_) recorder_->finish();
  write_series();
  if (timeline_) timeline_->finish();
  if (dump_) dump_->finish();
} catch (const sc_core::sc_report&) {
  // Of an exception the kernel leaves the text alone.
  if (platform_.time() && platform_.time()->error()) {
    std::rethrow_exception(platform_.time()->error());
  }
  throw;
}

void Run::write_series() {
  if (!series_) return;
  std::vector<std::string> hosts;
  for (const HostDescription& host : description_.hosts) hosts.push_back(host.name);
  const auto path = std::filesystem::path(options_.out_dir) / time_series_file;
  series_->write(path.string(), hosts);
}

void Run::answered(fabric::HostId host, const traffic::Answer& answer) {
  for (const fabric::AccessPart& part : answer.parts) {
    if (part.device == fabric::no_device) continue;
    WayTaken& way = ways_[static_cast<std::size_t>(part.device)][static_cast<std::size_t>(host)];
    way.hpa = part.hpa;
    way.bytes += part.size;
  }
  if (recorder_) recorder_->record(host, answer);
  if (series_) series_->answered(host, answer);
  if (activity_) activity_->in_flight_changed(host, answer.answered_at, -1);
  if (sockets_) sockets_->response_began(host, answer);
  if (timeline_) timeline_->request(host, answer);
  if (options_.observer) options_.observer->answered(host, answer);
  ++answered_;
  if (hotplug_is_due()) plug_and_unplug();
  constexpr std::uint64_t progress_interval = 1u << 14;
  if (options_.progress && answered_ % progress_interval == 0) {
    options_.progress(answered_, will_ask_);
  }
}

void Run::asked(fabric::HostId host, const traffic::Request& request, timing::Picoseconds at) {
  if (sockets_) sockets_->request_began(host, request, at);
  activity_->in_flight_changed(host, at, 1);
}

bool Run::hotplug_is_due() const {
  return next_hotplug_ < description_.hotplug.size() &&
         description_.hotplug[next_hotplug_].after_requests <= answered_;
}

/// As a driver does it: what is under way is answered first, and nobody asks meanwhile. A request
/// that the decoders change under would see one hop's old map and the next one's new one.
void Run::plug_and_unplug() {
  std::uint64_t in_flight = 0;
  for (const auto& initiator : initiators_) in_flight += initiator->in_flight();
  if (in_flight > 0) {
    for (const auto& initiator : initiators_) initiator->hold();
    return;
  }
  while (hotplug_is_due()) carry_out(description_.hotplug[next_hotplug_++]);
  for (const auto& initiator : initiators_) initiator->release();
}

void Run::carry_out(const HotplugDescription& event) {
  if (event.action == HotplugDescription::Action::plug) {
    platform_.plug(event.device);
    program_device(platform_, result_.programming, event.device);
    return;
  }
  platform_.unplug(event.device);
  const fabric::Type3Device& device = *platform_.find_device(event.device);
  scoreboard_.clear(device.id(), 0, device.partitions().volatile_bytes);
}

void Run::collect() {
  result_.audited_bytes = scoreboard_.audit();
  result_.failures = scoreboard_.failures();
  result_.failure_count = scoreboard_.failure_count();
  result_.hotplug_carried_out = next_hotplug_;
  result_.description = description_;
  result_.options = options_;
  result_.simulated_ps = static_cast<timing::Picoseconds>(
      sc_core::sc_time_stamp().value() / sc_core::sc_time(1, sc_core::SC_PS).value());
  const bool cut = std::any_of(initiators_.begin(), initiators_.end(),
                               [](const auto& initiator) { return !initiator->finished(); });
  // The kernel's clock stays at the last event before.
  if (options_.until && cut) result_.simulated_ps = *options_.until;
  const timing::Picoseconds until = std::min(measurement_.until(), result_.simulated_ps);
  if (measurement_.from() < until) {
    result_.measured = {measurement_.from(), until - measurement_.from()};
  }
  if (recorder_) result_.request_trace_records = recorder_->records();
  for (std::size_t i = 0; i < initiators_.size(); ++i) {
    const TrafficDescription& described = description_.traffic[i];
    const bool is_trace = described.pattern == "trace";
    result_.streams.push_back({described.host, is_trace ? described.trace : described.pattern,
                               described.region, initiators_[i]->statistics(),
                               initiators_[i]->finished()});
  }
  for (const auto& component : platform_.counters()) {
    result_.components.push_back({component.label, component.kind, *component.counters});
  }
  const auto endpoints = platform_.endpoints();
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    fabric::Endpoint& device = *endpoints[i];
    result_.devices.push_back({device.label(), device.media().capacity(), device.counters(), {}});
    for (const WayTaken& way : ways_[i]) result_.devices.back().bytes_by_host.push_back(way.bytes);
  }
  collect_stations();
}

void Run::collect_stations() {
  if (!platform_.time()) return;
  const timing::Picoseconds end = options_.until.value_or(timing::Wheel::never);
  for (const timing::Station* station : platform_.time()->timeline().stations()) {
    StationResult result{station->label(), station->kind(), station->statistics(end)};
    if (const auto* dram = dynamic_cast<const timing::DramChannel*>(&station->server())) {
      result.banks = dram->banks();
    }
    result_.stations.push_back(std::move(result));
  }
  if (options_.mode == traffic::Mode::lt) add_ways(platform_, ways_taken(), result_);
}

std::vector<WayTaken> Run::ways_taken() const {
  std::vector<WayTaken> taken;
  for (std::size_t device = 0; device < ways_.size(); ++device) {
    for (std::size_t host = 0; host < ways_[device].size(); ++host) {
      WayTaken way = ways_[device][host];
      if (way.bytes == 0) continue;
      way.host = host;
      way.device = device;
      taken.push_back(way);
    }
  }
  return taken;
}

}  // namespace

double StationResult::utilisation(timing::Picoseconds measured) const {
  if (measured == 0) return 0;
  // The last message may keep it busy beyond the end.
  return std::min(1.0, static_cast<double>(statistics.busy) / static_cast<double>(measured));
}

double StationResult::mean_queue(timing::Picoseconds measured) const {
  return measured == 0 ? 0 : static_cast<double>(statistics.waited) / static_cast<double>(measured);
}

timing::Picoseconds StationResult::mean_wait() const {
  return statistics.messages == 0 ? 0 : statistics.waited / statistics.messages;
}

std::vector<std::string> RunResult::problems() const {
  std::vector<std::string> problems;
  for (const ProgrammedDecoder& decoder : programming.decoders) {
    if (decoder.verdict.effect != address::WriteVerdict::Effect::commit_failed) continue;
    problems.push_back(fmt::format("{}: {} ({})", decoder.component,
                                   address::describe(decoder.verdict), decoder.origin));
  }
  for (const ProgrammedRegion& region : programming.regions) {
    if (!region.refusal) continue;
    problems.push_back(fmt::format("region {}: the driver refuses with {}: {}", region.name,
                                   region.refusal->error, region.refusal->text));
  }
  for (std::size_t i = hotplug_carried_out; i < description.hotplug.size(); ++i) {
    if (options.until) break;
    problems.push_back(fmt::format("hotplug[{}]: the run ended before {} requests", i,
                                   description.hotplug[i].after_requests));
  }
  if (!deadlock.empty()) {
    problems.push_back(fmt::format("deadlock: nothing moves any more; waiting for room: {}",
                                   fmt::join(deadlock, " -> ")));
  }
  for (const StreamResult& stream : streams) {
    const auto& s = stream.statistics;
    if (!stream.finished && !options.until) {
      problems.push_back(fmt::format("{} {}: stopped before its end", stream.host, stream.what));
    }
    // What was in flight at --until has no answer, which is nobody's fault.
    const std::uint64_t answered = s.completed + s.refused;
    if ((!options.until || stream.finished) && answered != s.asked) {
      problems.push_back(fmt::format("{} {}: {} requests were asked and {} answered", stream.host,
                                     stream.what, s.asked, answered));
    }
    if (s.refused != 0 && !description.expect_refusals) {
      problems.push_back(fmt::format("{} {}: {} of {} requests were refused", stream.host,
                                     stream.what, s.refused, s.asked));
    }
    const std::uint64_t due = stream.finished ? s.asked : answered;
    if (s.verified != due) {
      problems.push_back(fmt::format("{} {}: {} of {} requests failed a check", stream.host,
                                     stream.what, due - s.verified, due));
    }
  }
  for (const MmioVerdict& step : mmio) {
    if (step.ok) continue;
    problems.push_back(fmt::format("{}:{}: {} {} {}: {}", step.step.location.file,
                                   step.step.location.line, step.step.is_write ? "write" : "read",
                                   step.step.component, step.step.reg, step.verdict));
  }
  if (failure_count != 0) problems.push_back(fmt::format("{} checks failed", failure_count));
  return problems;
}

bool RunResult::good() const { return problems().empty(); }

RunResult run(const PlatformDescription& description, const RunOptions& options) {
  return Run(description, options).carry_out();
}

}  // namespace cxlpool::platforms
