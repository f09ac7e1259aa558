// SPDX-License-Identifier: Apache-2.0
#include "platforms/scalar.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "platforms/input_error.h"

namespace cxlpool::platforms {
namespace {

/// Ten to the n-th for n up to 18.
constexpr std::uint64_t power_of_ten(std::size_t n) {
  std::uint64_t power = 1;
  while (n-- > 0) power *= 10;
  return power;
}

struct Unit {
  std::string_view name;
  std::uint64_t scale;
};

constexpr std::array<Unit, 6> size_units{{{"B", 1},
                                          {"KiB", 1ull << 10},
                                          {"MiB", 1ull << 20},
                                          {"GiB", 1ull << 30},
                                          {"TiB", 1ull << 40},
                                          {"PiB", 1ull << 50}}};
constexpr std::array<Unit, 5> duration_units{{{"ps", 1},
                                              {"ns", power_of_ten(3)},
                                              {"us", power_of_ten(6)},
                                              {"ms", power_of_ten(9)},
                                              {"s", power_of_ten(12)}}};
constexpr std::array<Unit, 2> rate_units{{{"MT/s", 1}, {"GT/s", 1000}}};
constexpr std::array<Unit, 7> bandwidth_units{{{"B/s", 1},
                                               {"kB/s", power_of_ten(3)},
                                               {"MB/s", power_of_ten(6)},
                                               {"GB/s", power_of_ten(9)},
                                               {"TB/s", power_of_ten(12)},
                                               {"MiB/s", 1ull << 20},
                                               {"GiB/s", 1ull << 30}}};
/// The powers of ten, one of which is always the largest that divides.
constexpr std::array<Unit, 5> written_bandwidth_units{{bandwidth_units[0], bandwidth_units[1],
                                                       bandwidth_units[2], bandwidth_units[3],
                                                       bandwidth_units[4]}};
constexpr std::array<Unit, 1> hundredths_unit{{{"", 100}}};

constexpr const char* integer_form = "an integer such as 4096, 1_000_000 or 0x1_0000_0000";
constexpr const char* size_form = "a size such as 512MiB, 8GiB or 256B";
constexpr const char* duration_form = "a duration such as 25ns or 1us";
constexpr const char* rate_form = "a rate such as 32GT/s";
constexpr const char* bandwidth_form = "a bandwidth such as 45GB/s or 800MB/s";
constexpr const char* percent_form = "a percentage from 0% to 100%";
constexpr const char* decimal_form = "a number with at most two decimals such as 0.99";

template <class T>
Parsed<T> wrong(const char* form, std::string_view text, const std::string& why = {}) {
  const std::string got = text.empty() ? "nothing" : quotable(text);
  return Parsed<T>::failure(
      fmt::format("expected {}, got {}{}{}", form, got, why.empty() ? "" : ": ", why));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

/// Takes digits and underscores between digits off the front of `text`; nothing when there is no
/// digit, an underscore is out of place, or the value does not fit.
std::optional<std::uint64_t> take_digits(std::string_view& text, int base) {
  std::uint64_t value = 0;
  std::size_t at = 0;
  bool after_digit = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '_' && after_digit) {
      after_digit = false;
      continue;
    }
    const int digit = digit_value(text[at]);
    if (digit >= base) break;
    if (__builtin_mul_overflow(value, static_cast<std::uint64_t>(base), &value) ||
        __builtin_add_overflow(value, static_cast<std::uint64_t>(digit), &value)) {
      return std::nullopt;
    }
    after_digit = true;
  }
  if (!after_digit) return std::nullopt;
  text.remove_prefix(at);
  return value;
}

/// Whether `text` is digits and underscores alone, so that only its value can be wrong.
bool is_all_digits(std::string_view text, int base) {
  return !text.empty() && text.front() != '_' && text.back() != '_' &&
         text.find("__") == text.npos && std::all_of(text.begin(), text.end(), [&](char c) {
           return c == '_' || digit_value(c) < base;
         });
}

template <std::size_t n>
Parsed<std::uint64_t> parse_scaled(std::string_view text, const char* form,
                                   const std::array<Unit, n>& units) {
  using Result = Parsed<std::uint64_t>;
  if (text.empty()) return wrong<std::uint64_t>(form, text);
  const auto fail = [&](const std::string& why = {}) {
    return wrong<std::uint64_t>(form, text, why);
  };
  if (text.front() == '-') return fail("it must not be negative");

  std::string_view rest = text;
  const std::size_t whole_length = std::min(rest.find_first_not_of("0123456789_"), rest.size());
  const std::string_view written = rest.substr(0, whole_length);
  if (written.empty()) return fail();
  const std::optional<std::uint64_t> whole = take_digits(rest, 10);
  if (!whole) return is_all_digits(written, 10) ? fail("it does not fit in 64 bits") : fail();
  if (written.size() > 1 && written.front() == '0') return fail("leading zeros are not allowed");

  std::string_view fraction;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    const std::size_t length = std::min(rest.find_first_not_of("0123456789"), rest.size());
    fraction = rest.substr(0, length);
    if (fraction.empty()) return fail();
    rest.remove_prefix(length);
    while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  }

  const auto unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == rest; });
  if (unit == units.end()) {
    std::string names;
    for (const Unit& u : units) {
      if (!names.empty()) names += &u == &units.back() ? " or " : ", ";
      names += u.name;
    }
    if (names.empty()) return fail();
    return fail(fmt::format("the unit must be {}", names));
  }

  std::uint64_t value = 0;
  bool fits = !__builtin_mul_overflow(*whole, unit->scale, &value);
  if (!fraction.empty()) {
    // fraction / 10^k x scale is whole exactly if the reduced denominator divides the scale.
    const char* const inexact = "it is not a whole number of the smallest unit";
    if (fraction.size() > 18) return fail(inexact);
    const std::uint64_t denominator = power_of_ten(fraction.size());
    const std::uint64_t numerator = *take_digits(fraction, 10);
    const std::uint64_t common = std::gcd(numerator, denominator);
    if (unit->scale % (denominator / common) != 0) return fail(inexact);
    const std::uint64_t part = numerator / common * (unit->scale / (denominator / common));
    fits = fits && !__builtin_add_overflow(value, part, &value);
  }
  return fits ? Result(value) : fail("it does not fit in 64 bits");
}

template <std::size_t n>
std::string format_scaled(std::uint64_t value, const std::array<Unit, n>& units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.scale == 0) best = &unit;
  }
  return fmt::format("{}{}", value / best->scale, best->name);
}

}  // namespace

Parsed<std::uint64_t> parse_integer(std::string_view text) {
  const auto fail = [&](const std::string& why = {}) {
    return wrong<std::uint64_t>(integer_form, text, why);
  };
  std::string_view rest = text;
  const bool hexadecimal = rest.substr(0, 2) == "0x";
  const int base = hexadecimal ? 16 : 10;
  if (hexadecimal) rest.remove_prefix(2);
  if (!is_all_digits(rest, base)) {
    return text.substr(0, 1) == "-" ? fail("it must not be negative") : fail();
  }
  if (!hexadecimal && rest.size() > 1 && rest.front() == '0') {
    return fail("leading zeros are not allowed");
  }
  const std::optional<std::uint64_t> value = take_digits(rest, base);
  return value ? Parsed<std::uint64_t>(*value) : fail("it does not fit in 64 bits");
}

Parsed<std::uint64_t> parse_size(std::string_view text) {
  const std::string_view digits = text.substr(std::min<std::size_t>(text.size(), 2));
  const bool hexadecimal = text.substr(0, 2) == "0x" && is_all_digits(digits, 16);
  if (hexadecimal || is_all_digits(text, 10)) {
    const Parsed<std::uint64_t> integer = parse_integer(text);
    if (integer) return integer;
    if (hexadecimal) return wrong<std::uint64_t>(size_form, text, "it does not fit in 64 bits");
  }
  return parse_scaled(text, size_form, size_units);
}

Parsed<timing::Picoseconds> parse_duration(std::string_view text) {
  return parse_scaled(text, duration_form, duration_units);
}

Parsed<std::uint64_t> parse_rate(std::string_view text) {
  return parse_scaled(text, rate_form, rate_units);
}

Parsed<std::uint64_t> parse_bandwidth(std::string_view text) {
  return parse_scaled(text, bandwidth_form, bandwidth_units);
}

Parsed<unsigned> parse_percent(std::string_view text) {
  if (text.empty() || text.back() != '%') return wrong<unsigned>(percent_form, text);
  const Parsed<std::uint64_t> value = parse_integer(text.substr(0, text.size() - 1));
  if (!value || *value > 100) return wrong<unsigned>(percent_form, text);
  return static_cast<unsigned>(*value);
}

Parsed<std::uint64_t> parse_hundredths(std::string_view text) {
  return parse_scaled(text, decimal_form, hundredths_unit);
}

Parsed<bool> parse_boolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return wrong<bool>("true or false", text);
}

std::string format_size(std::uint64_t bytes) { return format_scaled(bytes, size_units); }

std::string format_duration(timing::Picoseconds duration) {
  return format_scaled(duration, duration_units);
}

std::string format_rate(std::uint64_t megatransfers) {
  return format_scaled(megatransfers, rate_units);
}

std::string format_bandwidth(std::uint64_t bytes_per_second) {
  return format_scaled(bytes_per_second, written_bandwidth_units);
}

std::string format_percent(unsigned percent) { return fmt::format("{}%", percent); }

std::string format_hundredths(std::uint64_t hundredths) {
  return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
}

std::string format_address(std::uint64_t address) {
  std::string digits = fmt::format("{:x}", address);
  for (std::size_t at = digits.size(); at > 4; at -= 4) digits.insert(at - 4, 1, '_');
  return "0x" + digits;
}

}  // namespace cxlpool::platforms
