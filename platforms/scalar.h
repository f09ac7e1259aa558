// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "models/timing/picoseconds.h"

/// The grammar of numbers with units, in platform files and on the command line. Results are exact
/// integers: a fraction is legal only where it divides (`1.5us` is, `0.3B` is not).
namespace cxlpool::platforms {

/// A value, or a sentence that says what would have been right.
template <class T>
class Parsed {
 public:
  Parsed(T value) : value_(value) {}  // NOLINT: a value is a result
  static Parsed failure(std::string problem) {
    Parsed parsed;
    parsed.problem_ = std::move(problem);
    return parsed;
  }

  explicit operator bool() const { return value_.has_value(); }
  const T& operator*() const { return *value_; }
  const std::string& problem() const { return problem_; }

 private:
  Parsed() = default;

  std::optional<T> value_;
  std::string problem_;
};

/// `4096`, `1_000_000`, `0x1_1000_0000`: decimal without leading zeros or hexadecimal; underscores
/// between digits.
Parsed<std::uint64_t> parse_integer(std::string_view text);

/// Bytes: an integer, or a decimal number with B, KiB, MiB, GiB, TiB or PiB.
Parsed<std::uint64_t> parse_size(std::string_view text);

/// A decimal number with ps, ns, us, ms or s; the unit is required.
Parsed<timing::Picoseconds> parse_duration(std::string_view text);

/// Megatransfers a second: a decimal number with MT/s or GT/s.
Parsed<std::uint64_t> parse_rate(std::string_view text);

/// Bytes a second: a decimal number with B/s, kB/s, MB/s, GB/s or TB/s, powers of ten, or MiB/s,
/// GiB/s.
Parsed<std::uint64_t> parse_bandwidth(std::string_view text);

/// `0%` to `100%`, whole.
Parsed<unsigned> parse_percent(std::string_view text);

/// Hundredths of a decimal number: 99 for `0.99`.
Parsed<std::uint64_t> parse_hundredths(std::string_view text);

/// `true` or `false`.
Parsed<bool> parse_boolean(std::string_view text);

/// Inverses of the above, with the largest unit that divides: `300MiB`, `25ns`, `32GT/s`.
std::string format_size(std::uint64_t bytes);
std::string format_duration(timing::Picoseconds duration);
std::string format_rate(std::uint64_t megatransfers);
std::string format_bandwidth(std::uint64_t bytes_per_second);
std::string format_percent(unsigned percent);
std::string format_hundredths(std::uint64_t hundredths);
/// Hexadecimal with an underscore every four digits, as addresses are written.
std::string format_address(std::uint64_t address);

}  // namespace cxlpool::platforms
