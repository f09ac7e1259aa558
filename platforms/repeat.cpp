// SPDX-License-Identifier: Apache-2.0
#include "platforms/repeat.h"

#include <algorithm>

#include <fmt/format.h>

#include "platforms/input_error.h"

namespace cxlpool::platforms {
namespace {

using Value = Parsed<std::uint64_t>;

bool is_product(char op) { return op == '*' || op == '/' || op == '%'; }
bool is_sum(char op) { return op == '+' || op == '-'; }

Value apply(std::uint64_t left, char op, std::uint64_t right) {
  std::uint64_t result = 0;
  bool overflow = false;
  switch (op) {
    case '*':
      overflow = __builtin_mul_overflow(left, right, &result);
      break;
    case '+':
      overflow = __builtin_add_overflow(left, right, &result);
      break;
    case '-':
      overflow = __builtin_sub_overflow(left, right, &result);
      break;
    default:
      if (right == 0) return Value::failure("divides by zero");
      result = op == '/' ? left / right : left % right;
  }
  if (!overflow) return result;
  return Value::failure(op == '-' ? "is negative" : "does not fit in 64 bits");
}

/// The value of what stands between the braces.
Value evaluate(std::string_view expression, std::uint64_t index) {
  const auto malformed = Value::failure("expected {i}, or such as {i+1}, {i*4}, {i/2}, {i%2}");
  if (expression.substr(0, 1) != "i") return malformed;
  expression.remove_prefix(1);
  std::uint64_t value = index;
  bool summing = false;
  while (!expression.empty()) {
    const char op = expression.front();
    // No product after a sum: i+1*4 would not mean what it says.
    if (!is_sum(op) && (summing || !is_product(op))) return malformed;
    summing = is_sum(op);
    expression.remove_prefix(1);
    const std::size_t length = std::min(expression.find_first_of("+-*/%"), expression.size());
    const Value operand = parse_integer(expression.substr(0, length));
    if (!operand) return malformed;
    expression.remove_prefix(length);
    const Value result = apply(value, op, *operand);
    if (!result) return result;
    value = *result;
  }
  return value;
}

}  // namespace

Parsed<std::string> substitute(std::string_view text, std::optional<std::uint64_t> index) {
  using Result = Parsed<std::string>;
  if (text.find_first_of("{}") == text.npos) return Result(std::string(text));
  if (!index) {
    return Result::failure(
        fmt::format("{} has braces, which need a repeat in the same entry", quotable(text)));
  }
  std::string result;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find_first_of("{}"), text.size());
    result += text.substr(0, open);
    text.remove_prefix(open);
    if (text.empty()) break;
    const std::size_t close = text.find('}');
    if (text.front() == '}' || close == text.npos) {
      return Result::failure("braces that do not match; expected such as {i}");
    }
    const Value value = evaluate(text.substr(1, close - 1), *index);
    if (!value) {
      return Result::failure(
          fmt::format("{}: {}", quotable(text.substr(0, close + 1)), value.problem()));
    }
    result += std::to_string(*value);
    text.remove_prefix(close + 1);
  }
  return result;
}

}  // namespace cxlpool::platforms
