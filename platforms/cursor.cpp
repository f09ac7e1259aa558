// SPDX-License-Identifier: Apache-2.0
#include "platforms/cursor.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "platforms/repeat.h"

namespace cxlpool::platforms {

Cursor Cursor::member(const Node& member) const {
  Cursor below = *this;
  below.node_ = &member;
  below.parent_ = this;
  below.item_.reset();
  below.is_copy_ = false;
  return below;
}

Cursor Cursor::item(std::size_t index) const {
  Cursor below = member(node_->children[index]);
  below.item_ = index;
  return below;
}

Cursor Cursor::copy(std::uint64_t index) const {
  Cursor same = *this;
  same.copy_ = index;
  same.is_copy_ = true;
  return same;
}

std::string Cursor::path_text() const {
  if (parent_ == nullptr) return {};
  std::string path = parent_->path_text();
  if (!item_) return path + (path.empty() ? "" : ".") + quotable(node_->key);
  return path +
         (is_copy_ ? fmt::format("[{}, i={}]", *item_, *copy_) : fmt::format("[{}]", *item_));
}

Location Cursor::location() const { return document_->locate(*node_, path_text()); }

void Cursor::fail(const std::string& message) const { throw InputError(location(), message); }

void Cursor::expect_section(const Section& section) const {
  if (node_->kind != Node::Kind::map) {
    fail(fmt::format("expected a mapping with keys such as {}, got {}", section.keys[0].name,
                     node_->described()));
  }
  for (const Node& child : node_->children) {
    if (section.find(child.key) != nullptr) continue;
    Location at = member(child).location();
    if (at.line > 0) {
      at.line = child.key_line;
      at.column = child.key_column;
    }
    if (child.key == "repeat") {
      throw InputError(at, "nothing repeats here; expected each entry by itself");
    }
    throw InputError(
        at, fmt::format("unknown key{}", traffic::did_you_mean(child.key, section.names())));
  }
  for (const Key& key : section.keys) {
    if (key.presence == Key::Presence::required && node_->member(key.name) == nullptr) {
      fail(fmt::format("missing required key \"{}\"", key.name));
    }
  }
}

std::size_t Cursor::expect_list(std::size_t most) const {
  if (node_->kind != Node::Kind::sequence) {
    fail(fmt::format("expected a list, got {}", node_->described()));
  }
  if (node_->children.size() > most) {
    fail(fmt::format("expected at most {} items, got {}", most, node_->children.size()));
  }
  return node_->children.size();
}

void Cursor::count_entry() const {
  if (++*entries_ > max_entries) {
    fail(fmt::format("more than {} entries in the whole platform, repeats counted", max_entries));
  }
}

std::optional<std::uint64_t> Cursor::repeat() const {
  const Node* repeat = node_->member("repeat");
  if (repeat == nullptr) return std::nullopt;
  return member(*repeat).integer(1, max_entries);
}

std::string Cursor::scalar() const {
  if (node_->kind != Node::Kind::scalar) return node_->described();
  const Parsed<std::string> text = substitute(node_->text, copy_);
  if (!text) fail(text.problem());
  return *text;
}

std::string Cursor::text(std::size_t most) const {
  if (node_->kind != Node::Kind::scalar) {
    fail(fmt::format("expected a text, got {}", node_->described()));
  }
  std::string text = scalar();
  if (text.size() > most) {
    fail(fmt::format("expected at most {} characters, got {}", most, text.size()));
  }
  return text;
}

std::string Cursor::path() const {
  std::string path = text(1024);
  if (path.empty() || node_->overridden) return path;
  return (std::filesystem::path(document_->folder) / path).lexically_normal().string();
}

std::uint64_t Cursor::integer(std::uint64_t least, std::uint64_t most) const {
  const std::uint64_t value = get(parse_integer);
  if (value < least || value > most) {
    const std::string range =
        least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
    fail(fmt::format("expected {}, got {}", range, scalar()));
  }
  return value;
}

std::uint64_t Cursor::size(std::uint64_t least, std::uint64_t most) const {
  const std::uint64_t value = get(parse_size);
  if (value < least || value > most) {
    fail(fmt::format("expected {} to {}, got {}", format_size(least), format_size(most), scalar()));
  }
  return value;
}

std::uint64_t Cursor::bandwidth() const {
  const std::uint64_t value = get(parse_bandwidth);
  if (value < min_bandwidth || value > max_bandwidth) {
    fail(fmt::format("expected {} to {}, got {}", format_bandwidth(min_bandwidth),
                     format_bandwidth(max_bandwidth), scalar()));
  }
  return value;
}

std::uint64_t Cursor::hundredths(std::uint64_t most) const {
  const std::uint64_t value = get(parse_hundredths);
  if (value > most) {
    fail(fmt::format("expected at most {}, got {}", format_hundredths(most), scalar()));
  }
  return value;
}

void Cursor::fail_word(const std::string& got, const std::vector<std::string_view>& names) const {
  std::string list;
  for (const std::string_view name : names) {
    if (!list.empty()) list += name == names.back() ? " or " : ", ";
    list += name;
  }
  const bool close = !got.empty() && names.size() > 3;
  fail(fmt::format("expected {}, got {}{}", list, got.empty() ? "nothing" : quotable(got),
                   close ? traffic::did_you_mean(got, names) : ""));
}

}  // namespace cxlpool::platforms
