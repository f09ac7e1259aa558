// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "platforms/scalar.h"
#include "platforms/validate_parts.h"
#include "traffic/nearest.h"

namespace cxlpool::platforms {
namespace validation {

Entry::Entry(const Location& location, std::string path) : location_(location) {
  if (location_.path.empty()) location_.path = std::move(path);
}

Entry::Entry(const Location& location, const char* list, std::size_t index)
    : Entry(location, fmt::format("{}[{}]", list, index)) {}

Entry Entry::part(const Location& location, const char* list, std::size_t index) const {
  return Entry(location, fmt::format("{}.{}[{}]", location_.path, list, index));
}

void Entry::fail(const std::string& key, const std::string& message) const {
  Location at = location_;
  at.path += at.path.empty() && !key.empty() ? key.substr(1) : key;
  throw InputError(std::move(at), message);
}

std::string unresolved(const char* what, std::string_view name,
                       const std::vector<std::string_view>& known) {
  return fmt::format("no {} is named \"{}\"{}", what, quotable(name),
                     traffic::did_you_mean(name, known));
}

void check_name(const Entry& entry, const std::string& key, const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool legal = !name.empty() && name.size() <= 64 && letter(name.front()) &&
                     std::all_of(name.begin(), name.end(), [&](char c) {
                       return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
                     });
  if (legal) return;
  entry.fail(key, fmt::format("expected a name of at most 64 letters, digits, - and _ that begins "
                              "with a letter, got \"{}\"",
                              quotable(name)));
}

void check_quantum(const Entry& entry, const std::string& key, std::uint64_t bytes) {
  if (bytes % address::hdm_quantum == 0) return;
  entry.fail(key, fmt::format("expected a multiple of {}, got {}",
                              format_size(address::hdm_quantum), format_size(bytes)));
}

void check_granularity(const Entry& entry, std::uint64_t bytes) {
  if (address::encode_granularity(bytes)) return;
  entry.fail(".granularity",
             fmt::format("expected a power of two from 256B to 16KiB, got {}", format_size(bytes)));
}

void check_latency(const Entry& entry, const std::string& key, timing::Picoseconds latency) {
  // Leaves room for every sum of latencies in 64 bits.
  constexpr timing::Picoseconds most = 1'000'000'000 * timing::ps_per_ns;
  if (latency <= most) return;
  entry.fail(key, fmt::format("expected at most {}, got {}", format_duration(most),
                              format_duration(latency)));
}

void check_file_name(const Entry& entry, const std::string& key, const std::string& name) {
  if (name != "." && name != ".." && name.find('/') == name.npos) return;
  entry.fail(
      key, fmt::format("expected the name of a file in the output folder, got {}", quotable(name)));
}

}  // namespace validation

void validate(const PlatformDescription& platform) {
  if (platform.hosts.empty()) {
    validation::Entry({}, "hosts").fail("", "expected at least one host");
  }
  validation::Index index;
  validation::check_topology(platform, index);
  validation::check_fabric_manager(platform, index);
  validation::check_windows(platform);
  validation::check_programming(platform, index);
  validation::check_run(platform, index);
  validation::check_timing(platform);
}

}  // namespace cxlpool::platforms
