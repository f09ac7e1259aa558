// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cxlpool::qmp {

/// Cuts a stream of bytes into JSON values, however it arrives: a value in many pieces, many values
/// in one, with any white space or none between them. It looks for ends only (nesting and strings)
/// and leaves it to the JSON parser whether what lies between is a value.
///
/// What can never become a value is a problem, and the next value is looked for behind it: a
/// control character within a string (so that a line that broke off costs one error) and the byte
/// FFh, by which QEMU's clients resynchronise. A value over the limits is a fatal problem: nothing
/// follows. What is kept is never more than what was pushed and at most a value beyond the limit.
class Splitter {
 public:
  static constexpr std::size_t max_value_bytes = 1u << 20;
  static constexpr std::size_t max_depth = 64;

  /// A value's text, or what is wrong.
  struct Piece {
    enum class Kind : unsigned char { value, problem, fatal };
    Kind kind = Kind::value;
    std::string text;
  };

  void push(std::string_view bytes);

  /// The next piece, if one is complete. Takes time in proportion to what was pushed.
  std::optional<Piece> next();

  /// Whether a value has begun that has not ended. True after a fatal problem.
  bool within_value() const { return state_ != State::between; }

 private:
  enum class State : unsigned char { between, nested, string, escape, bare, failed };

  bool step(char c);
  void begin(char c);
  bool nest(char c);
  Piece cut(Piece::Kind kind, std::string_view problem = {});

  std::string buffer_;
  std::size_t begin_ = 0;  ///< of the value, in buffer_
  std::size_t at_ = 0;     ///< first byte not looked at yet
  std::size_t depth_ = 0;
  State state_ = State::between;
  const char* problem_ = nullptr;  ///< what step() ran into, instead of the end of a value
};

}  // namespace cxlpool::qmp
