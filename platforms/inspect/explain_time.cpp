// SPDX-License-Identifier: Apache-2.0
#include "platforms/inspect/explain_time.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

namespace cxlpool::platforms {
namespace {

constexpr std::array<const char*, 3> part_names = {"request", "device", "response"};

const char* name_of(TimedStep::Part part) { return part_names[static_cast<std::size_t>(part)]; }

TimedAccess add_up(const fabric::TimedWay& way, const std::string& host, bool write) {
  TimedAccess access;
  access.write = write;
  timing::Message message;
  message.write = write;
  message.kind = write ? timing::MessageKind::rwd : timing::MessageKind::req;
  timing::Picoseconds total = 0;
  const auto pass = [&](TimedStep::Part part, const timing::Station& station) {
    const timing::Picoseconds service = station.server().alone(message);
    total += service + station.latency();
    access.steps.push_back(
        {part, station.label(), station.kind(), service, station.latency(), total});
  };
  for (const timing::Station* station : way.request) pass(TimedStep::Part::request, *station);
  message.dpa = way.media_address;
  for (const timing::Station* station : way.device) pass(TimedStep::Part::device, *station);
  message.kind = write ? timing::MessageKind::ndr : timing::MessageKind::drs;
  for (const timing::Station* station : way.response) pass(TimedStep::Part::response, *station);
  total += way.response_latency;
  access.steps.push_back(
      {TimedStep::Part::response, host + ".core", "core", 0, way.response_latency, total});
  return access;
}

/// Nanoseconds to the picosecond: "12.500".
std::string exact_ns(timing::Picoseconds time) {
  return fmt::format("{}.{:03}", time / timing::ps_per_ns, time % timing::ps_per_ns);
}

nlohmann::ordered_json access_json(const TimedAccess& access) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const TimedStep& step : access.steps) {
    steps.push_back({{"part", name_of(step.part)},
                     {"station", step.station},
                     {"kind", step.kind},
                     {"service_ps", step.service},
                     {"latency_ps", step.latency},
                     {"total_ps", step.total}});
  }
  return {{"total_ps", access.total()}, {"steps", std::move(steps)}};
}

}  // namespace

TimeTable explain_time(Platform& platform, std::size_t host, std::uint64_t hpa) {
  const auto way = platform.host(host).timed_way(hpa - hpa % timing::line_bytes);
  if (!way) throw std::invalid_argument("no time to explain: the address reaches no timed device");
  const std::string& name = platform.host(host).label();
  return {add_up(*way, name, false), add_up(*way, name, true)};
}

std::string to_text(const TimeTable& table) {
  std::size_t width = 0;
  for (const TimedStep& step : table.read.steps) width = std::max(width, step.station.size());
  std::string text =
      fmt::format("  64 B in an idle fabric, ns{:>{}}{:>14}\n", "read", width + 9, "write");
  text += fmt::format("  {:<9}  {:<{}}{:>12}{:>12}{:>12}{:>12}{:>12}\n", "", "", width, "own time",
                      "total", "own time", "total", "and after");
  const char* part = "";
  for (std::size_t i = 0; i < table.read.steps.size(); ++i) {
    const TimedStep &read = table.read.steps[i], &write = table.write.steps[i];
    const char* of = name_of(read.part);
    text += fmt::format("  {:<9}  {:<{}}{:>12}{:>12}{:>12}{:>12}{:>12}\n", of == part ? "" : of,
                        read.station, width, exact_ns(read.service), exact_ns(read.total),
                        exact_ns(write.service), exact_ns(write.total), exact_ns(read.latency));
    part = of;
  }
  return text;
}

nlohmann::ordered_json to_json(const TimeTable& table) {
  return {{"read", access_json(table.read)}, {"write", access_json(table.write)}};
}

}  // namespace cxlpool::platforms
