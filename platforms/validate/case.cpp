// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/case.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/profiles.h"
#include "traffic/nearest.h"

namespace cxlpool::validation {
namespace {

using platforms::quotable;

[[noreturn]] void fail(const std::string& message) {
  throw std::invalid_argument("--case: " + message);
}

std::string parse_profile(std::string_view text) {
  std::vector<std::string_view> names;
  for (const platforms::ProfileDocument& document : platforms::profile_documents()) {
    if (!platforms::read_profile(document).device) continue;
    if (document.name == text) return std::string(text);
    names.push_back(document.name);
  }
  fail(fmt::format("no profile of a device is named \"{}\"{}", quotable(text),
                   traffic::did_you_mean(text, names)));
}

/// 0 to 1, in hundredths; a fraction of at most two digits is exact.
unsigned parse_read(std::string_view text) {
  const auto wrong = [text] {
    fail(fmt::format("read: expected a fraction from 0 to 1 such as 0.74, got \"{}\"",
                     quotable(text)));
  };
  unsigned hundredths = 0;
  const std::size_t dot = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, dot);
  std::string_view part = dot < text.size() ? text.substr(dot + 1) : "";
  if ((whole != "0" && whole != "1") || (dot < text.size() && part.empty())) wrong();
  if (part.size() > 6 || part.find_first_not_of("0123456789") != part.npos) wrong();
  hundredths = whole == "1" ? 100 : 0;
  while (part.size() > 2 && part.back() == '0') part.remove_suffix(1);
  if (part.size() > 2) {
    fail(fmt::format("read: expected a fraction in hundredths such as 0.74, got \"{}\"",
                     quotable(text)));
  }
  for (std::size_t i = 0, unit = 10; i < part.size(); ++i, unit /= 10) {
    hundredths += static_cast<unsigned>(unit) * static_cast<unsigned>(part[i] - '0');
  }
  if (hundredths > 100) wrong();
  return hundredths;
}

unsigned parse_devices(std::string_view text) {
  unsigned count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || (count != 1 && count != 2 && count != 4 && count != 8)) {
    fail(fmt::format("devices: expected 1, 2, 4 or 8, got \"{}\"", quotable(text)));
  }
  return count;
}

bool parse_socket(std::string_view text) {
  if (text != "local" && text != "remote") {
    fail(fmt::format("socket: expected local or remote, got \"{}\"", quotable(text)));
  }
  return text == "remote";
}

Injector parse_injector(std::string_view text) {
  if (text == "paced") return Injector::paced;
  if (text == "mlc") return Injector::mlc;
  if (text == "open") return Injector::open;
  fail(fmt::format("injector: expected paced, mlc or open, got \"{}\"", quotable(text)));
}

/// Whole systems are loaded as their figures were taken; a bare device by the clock.
Injector usual_injector(const std::string& profile) {
  return profile == "a1000" || profile == "local-ddr5" ? Injector::mlc : Injector::paced;
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
    if (key == "profile") {
      parsed.profile = parse_profile(value);
    } else if (key == "read") {
      parsed.read_percent = parse_read(value);
    } else if (key == "devices") {
      parsed.devices = parse_devices(value);
    } else if (key == "socket") {
      parsed.remote = parse_socket(value);
    } else if (key == "injector") {
      parsed.injector = parse_injector(value);
    } else {
      fail(fmt::format(
          "unknown key \"{}\"{}", quotable(key),
          traffic::did_you_mean(key, {"profile", "read", "devices", "socket", "injector"})));
    }
  }
  if (parsed.profile.empty()) fail("profile is missing: expected one such as profile=mess-x8");
  if (seen.count("injector") == 0) parsed.injector = usual_injector(parsed.profile);
  return parsed;
}

CaseResult run_case(const Case& asked) {
  CaseResult result;
  result.asked = asked;
  Bench bench;
  bench.profile = asked.profile;
  bench.devices = asked.devices;
  bench.remote = asked.remote;
  const Pattern pattern = asked.injector == Injector::mlc ? Pattern::sequential : Pattern::random;
  result.idle_latency = measure_idle(bench, asked.read_percent).latency;
  const Measurement peak = measure(bench, saturating(asked.injector, pattern, asked.read_percent));
  result.peak = peak.bandwidth;
  result.peak_latency = peak.latency;
  for (const double fraction : {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95}) {
    const double offered = fraction * peak.bandwidth;
    result.points.push_back(
        {offered, measure(bench, offering(asked.injector, pattern, asked.read_percent, offered))});
  }
  return result;
}

}  // namespace cxlpool::validation
