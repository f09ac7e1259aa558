// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/splitter.h"

namespace cxlpool::qmp {
namespace {

constexpr const char* too_large = "JSON token size limit exceeded";
constexpr const char* too_deep = "JSON nesting depth limit exceeded";
constexpr const char* control_character = "JSON parse error, control character in a string";
constexpr const char* flush_byte = "JSON parse error, invalid byte 0xFF";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_opening(char c) { return c == '{' || c == '['; }
bool is_closing(char c) { return c == '}' || c == ']'; }

}  // namespace

void Splitter::push(std::string_view bytes) {
  if (state_ == State::failed) return;
  buffer_.erase(0, begin_);
  at_ -= begin_;
  begin_ = 0;
  buffer_ += bytes;
}

std::optional<Splitter::Piece> Splitter::next() {
  while (state_ != State::failed && at_ < buffer_.size()) {
    const char c = buffer_[at_];
    if (state_ == State::bare && (is_space(c) || is_opening(c) || c == '"')) {
      return cut(Piece::Kind::value);
    }
    if (state_ == State::between) begin_ = at_;
    ++at_;
    const bool ended = step(c);
    if (problem_ != nullptr) return cut(Piece::Kind::problem, problem_);
    if (ended) return cut(Piece::Kind::value);
    if (depth_ > max_depth) return cut(Piece::Kind::fatal, too_deep);
    if (at_ - begin_ > max_value_bytes) return cut(Piece::Kind::fatal, too_large);
  }
  if (state_ == State::between) begin_ = at_;
  return std::nullopt;
}

/// Whether `c` is the last byte of a value.
bool Splitter::step(char c) {
  if (c == '\xFF') {
    problem_ = flush_byte;
    return false;
  }
  switch (state_) {
    case State::between:
      begin(c);
      return false;
    case State::nested:
      return nest(c);
    case State::string:
      if (static_cast<unsigned char>(c) < 0x20) problem_ = control_character;
      if (c == '\\') state_ = State::escape;
      if (c == '"') state_ = State::nested;
      return c == '"' && depth_ == 0;
    case State::escape:
      state_ = State::string;
      if (static_cast<unsigned char>(c) < 0x20) problem_ = control_character;
      return false;
    case State::bare:
    case State::failed:
      return false;
  }
  return false;
}

void Splitter::begin(char c) {
  if (is_space(c)) return;
  if (is_opening(c)) ++depth_;
  state_ = is_opening(c) ? State::nested : c == '"' ? State::string : State::bare;
}

bool Splitter::nest(char c) {
  if (c == '"') state_ = State::string;
  if (is_opening(c)) ++depth_;
  if (is_closing(c)) --depth_;
  return is_closing(c) && depth_ == 0;
}

Splitter::Piece Splitter::cut(Piece::Kind kind, std::string_view problem) {
  Piece piece;
  piece.kind = kind;
  piece.text = kind == Piece::Kind::value ? buffer_.substr(begin_, at_ - begin_) : problem;
  begin_ = at_;
  depth_ = 0;
  problem_ = nullptr;
  state_ = State::between;
  if (kind == Piece::Kind::fatal) {
    state_ = State::failed;
    buffer_.clear();
    buffer_.shrink_to_fit();
    begin_ = at_ = 0;
  }
  return piece;
}

}  // namespace cxlpool::qmp
