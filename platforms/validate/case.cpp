// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/case.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/profiles.h"
#include "platforms/scalar.h"
#include "traffic/nearest.h"

namespace cxlpool::validation {
namespace {

using platforms::quotable;

[[noreturn]] void fail(const std::string& message) {
  throw std::invalid_argument("--case: " + message);
}

bool is_for(const platforms::Profile& profile, bool device) {
  return device ? profile.device.has_value()
                : profile.switch_timing.has_value() && !profile.device.has_value();
}

/// The name of a profile that a device, or else a switch, can have.
std::string parse_profile(const char* key, std::string_view text, bool device) {
  std::vector<std::string_view> names;
  for (const platforms::ProfileDocument& document : platforms::profile_documents()) {
    if (!is_for(platforms::read_profile(document), device)) {
      if (document.name != text) continue;
      fail(fmt::format(
          "{}: {} is no profile of a {}{}", key, text, device ? "device" : "switch",
          device ? "; behind such a switch is profile=a1000,switch=" + std::string(text) : ""));
    }
    if (document.name == text) return std::string(text);
    names.push_back(document.name);
  }
  fail(fmt::format("{}: no profile of a {} is named \"{}\"{}", key, device ? "device" : "switch",
                   quotable(text), traffic::did_you_mean(text, names)));
}

/// A fraction from 0 to 1, or 0% to 100%; whole percents are what traffic is made in.
unsigned parse_read(std::string_view text) {
  if (const auto percent = platforms::parse_percent(text)) return *percent;
  const std::size_t dot = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, dot);
  const std::string_view part = dot < text.size() ? text.substr(dot + 1) : "0";
  const bool digits = !part.empty() && part.size() <= 6 &&
                      part.find_first_not_of("0123456789") == std::string_view::npos;
  unsigned millionths = whole == "1" ? 1'000'000 : 0;
  if (digits) {
    for (std::size_t i = 0, unit = 100'000; i < part.size(); ++i, unit /= 10) {
      millionths += static_cast<unsigned>(unit) * static_cast<unsigned>(part[i] - '0');
    }
  }
  if (!digits || (whole != "0" && whole != "1") || millionths > 1'000'000) {
    fail(fmt::format("read: expected a fraction from 0 to 1 such as 0.74, got \"{}\"",
                     quotable(text)));
  }
  return (millionths + 5'000) / 10'000;
}

/// One of a few numbers.
unsigned parse_one_of(const char* key, std::string_view text,
                      std::initializer_list<unsigned> choices) {
  unsigned count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && std::find(choices.begin(), choices.end(), count) != choices.end()) return count;
  std::string list;
  for (const unsigned choice : choices) {
    list += fmt::format("{}{}", list.empty() ? "" : ", ", choice);
  }
  fail(fmt::format("{}: expected one of {}, got \"{}\"", key, list, quotable(text)));
}

template <class T>
T parse_word(const char* key, std::string_view text,
             std::initializer_list<std::pair<const char*, T>> words) {
  std::vector<std::string_view> names;
  std::string list;
  for (const auto& [name, value] : words) {
    if (text == name) return value;
    names.push_back(name);
    list += fmt::format("{}{}", list.empty() ? "" : ", ", name);
  }
  fail(fmt::format("{}: expected one of {}, got \"{}\"{}", key, list, quotable(text),
                   traffic::did_you_mean(text, names)));
}

timing::Picoseconds parse_hop(std::string_view text) {
  constexpr timing::Picoseconds most = 10'000 * timing::ps_per_ns;
  const auto hop = platforms::parse_duration(text);
  if (!hop) fail("hop: " + hop.problem());
  if (*hop > most) fail(fmt::format("hop: expected at most 10us, got {}", quotable(text)));
  return *hop;
}

std::uint32_t parse_size(std::string_view text) {
  const auto size = platforms::parse_size(text);
  if (!size) fail("size: " + size.problem());
  if (*size < 64 || *size > 4'096 || (*size & (*size - 1)) != 0) {
    fail(fmt::format("size: expected 64B, 128B, ... or 4KiB, got {}", quotable(text)));
  }
  return static_cast<std::uint32_t>(*size);
}

/// Whole systems are loaded as their figures were taken; a bare device by the clock.
Injector usual_injector(const std::string& profile) {
  if (profile == "a1000" || profile == "local-ddr5") return Injector::mlc;
  return profile == "vldb25-blade" ? Injector::closed : Injector::paced;
}

void set(Case& parsed, std::string_view key, std::string_view value) {
  if (key == "profile") {
    parsed.profile = parse_profile("profile", value, true);
  } else if (key == "switch") {
    parsed.switch_profile = parse_profile("switch", value, false);
  } else if (key == "read") {
    parsed.read_percent = parse_read(value);
  } else if (key == "devices") {
    parsed.devices = parse_one_of("devices", value, {1, 2, 3, 4, 6, 8, 12, 16});
  } else if (key == "width") {
    parsed.width = parse_one_of("width", value, {1, 2, 4, 8, 16});
  } else if (key == "socket") {
    parsed.remote = parse_word<bool>("socket", value, {{"local", false}, {"remote", true}});
  } else if (key == "hop") {
    parsed.hop = parse_hop(value);
  } else if (key == "injector") {
    parsed.injector = parse_word<Injector>("injector", value,
                                           {{"paced", Injector::paced},
                                            {"mlc", Injector::mlc},
                                            {"closed", Injector::closed},
                                            {"poisson", Injector::poisson},
                                            {"fixed", Injector::fixed}});
  } else if (key == "pattern") {
    parsed.pattern = parse_word<Pattern>(
        "pattern", value, {{"random", Pattern::random}, {"sequential", Pattern::sequential}});
  } else if (key == "size") {
    parsed.size = parse_size(value);
  } else {
    fail(fmt::format("unknown key \"{}\"{}", quotable(key),
                     traffic::did_you_mean(key, {"profile", "switch", "read", "devices", "width",
                                                 "socket", "hop", "injector", "pattern", "size"})));
  }
}

}  // namespace

Case parse_case(std::string_view text) {
  Case parsed;
  parsed.text = std::string(text);
  std::set<std::string_view> seen;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view item = text.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t equals = item.find('=');
    if (equals == item.npos) {
      fail(fmt::format("expected key=value such as profile=mess-x8, got \"{}\"", quotable(item)));
    }
    const std::string_view key = item.substr(0, equals);
    const std::string_view value = item.substr(equals + 1);
    if (!seen.insert(key).second) fail(fmt::format("{} is given twice", quotable(key)));
    set(parsed, key, value);
  }
  if (parsed.profile.empty()) fail("profile is missing: expected one such as profile=mess-x8");
  if (seen.count("hop") != 0 && !parsed.remote) fail("hop: expected socket=remote beside it");
  if (seen.count("injector") == 0) parsed.injector = usual_injector(parsed.profile);
  if (seen.count("pattern") == 0 && parsed.injector == Injector::mlc) {
    parsed.pattern = Pattern::sequential;
  }
  return parsed;
}

CaseResult run_case(const Case& asked) {
  CaseResult result;
  result.asked = asked;
  Bench bench;
  bench.profile = asked.profile;
  bench.switch_profile = asked.switch_profile;
  bench.devices = asked.devices;
  bench.width = asked.width;
  bench.remote = asked.remote;
  bench.hop = asked.hop;
  const Measurement idle = measure_idle(bench, asked.read_percent);
  result.idle_latency = idle.latency;
  const Mix mix{asked.pattern, asked.read_percent, asked.size};
  const Measurement peak = measure(bench, peaking(asked.injector, mix, asked.devices));
  result.peak = peak.bandwidth;
  result.peak_latency = peak.latency;
  for (const double fraction : {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95}) {
    const double offered = fraction * peak.bandwidth;
    result.points.push_back(
        {offered, measure(bench, offering(asked.injector, mix, asked.devices, offered))});
  }
  return result;
}

}  // namespace cxlpool::validation
