// SPDX-License-Identifier: Apache-2.0
#include "platforms/document.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <numeric>
#include <streambuf>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "platforms/input_error.h"
#include "platforms/text_check.h"
#include "traffic/files.h"

namespace cxlpool::platforms {
namespace {

constexpr std::size_t max_depth = 32;
constexpr std::size_t max_nodes = 400'000;
constexpr std::size_t max_scalar_bytes = 4096;
/// What yaml-cpp may scan ahead of its last event. It holds back a whole flow collection until it
/// knows that this is no mapping key, at some 100 bytes a token.
constexpr std::size_t max_scan_ahead = 1u << 20;

/// Hands the text to yaml-cpp piece by piece and stops it from hoarding.
class MeteredText : public std::streambuf {
 public:
  MeteredText(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  /// Something was parsed that begins, or ends, in this line.
  void progress(int line) {
    parsed_ = served_;
    if (line > 0) line_ = line;
  }

 protected:
  std::streamsize xsgetn(char* out, std::streamsize wanted) override {
    if (served_ - parsed_ > max_scan_ahead) {
      throw InputError({file_, line_, 1, {}},
                       "from here on a comment, a scalar or a [list] or {mapping} in brackets is "
                       "longer than 1MiB; long lists are written in block style");
    }
    const std::size_t length = std::min<std::size_t>(wanted, text_.size() - served_);
    std::memcpy(out, text_.data() + served_, length);
    served_ += length;
    return static_cast<std::streamsize>(length);
  }

 private:
  std::string_view text_;
  const std::string& file_;
  std::size_t served_ = 0;
  std::size_t parsed_ = 0;  ///< what had been served when something was last parsed
  int line_ = 1;
};

/// Builds the tree from yaml-cpp's events and refuses what Document does not allow as soon as it
/// is seen, so that hostile files cost little.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(Document& document, MeteredText& text) : document_(document), text_(text) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(started_, true)) fail(mark, "expected one YAML document, got a second one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, "", anchor, Node::Kind::null, {});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(mark, "aliases (*name) are not allowed; write the value out, or use repeat");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    add(mark, tag, anchor, Node::Kind::scalar, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::sequence);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::map);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  /// A collection whose end is still to come, and the key whose value is.
  struct Open {
    Node node;
    bool has_key = false;
    Node pending;
  };

  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& message) const {
    throw InputError({document_.file, mark.line + 1, mark.column + 1, path()}, message);
  }

  std::string path() const {
    std::string text;
    for (const Open& open : open_) {
      if (open.node.kind == Node::Kind::sequence) {
        text += fmt::format("[{}]", open.node.children.size());
      } else if (open.has_key) {
        text += (text.empty() ? "" : ".") + quotable(open.pending.key);
      }
    }
    return text;
  }

  Node make(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    text_.progress(mark.line + 1);
    if (anchor != 0) fail(mark, "anchors (&name) are not allowed; write the value out");
    if (!tag.empty() && tag != "?" && tag != "!") {
      fail(mark, fmt::format("tags ({}) are not allowed", quotable(tag)));
    }
    if (++nodes_ > max_nodes) fail(mark, fmt::format("more than {} values in one file", max_nodes));
    Node node;
    node.kind = kind;
    node.quoted = tag == "!";
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void add(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind,
           const std::string& text) {
    Node node = make(mark, tag, anchor, kind);
    if (text.size() > max_scalar_bytes) {
      fail(mark, fmt::format("a scalar of {} characters; at most {} are allowed", text.size(),
                             max_scalar_bytes));
    }
    if (has_control_character(text)) fail(mark, "a control character in a scalar");
    node.text = text;
    if (kind == Node::Kind::scalar && !node.quoted && (text == "~" || text == "null")) {
      node.kind = Node::Kind::null;
      node.text.clear();
    }
    place(std::move(node), mark);
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    Node node = make(mark, tag, anchor, kind);
    if (open_.size() >= max_depth) {
      fail(mark, fmt::format("nested more than {} levels deep", max_depth));
    }
    if (expects_key()) fail(mark, "expected a key, got " + node.described());
    open_.push_back({std::move(node), false, {}});
  }

  void close() {
    text_.progress(0);
    Node node = std::move(open_.back().node);
    open_.pop_back();
    if (node.kind == Node::Kind::map) refuse_duplicates(node);
    place(std::move(node), YAML::Mark::null_mark());
  }

  bool expects_key() const {
    return !open_.empty() && open_.back().node.kind == Node::Kind::map && !open_.back().has_key;
  }

  void place(Node node, const YAML::Mark& mark) {
    if (open_.empty()) {
      document_.root = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (expects_key()) {
      if (node.kind != Node::Kind::scalar) fail(mark, "expected a key, got nothing");
      parent.pending.key = std::move(node.text);
      parent.pending.key_line = node.line;
      parent.pending.key_column = node.column;
      parent.has_key = true;
      return;
    }
    if (parent.has_key) {
      if (node.kind == Node::Kind::null) {
        // Of a value that is not there yaml-cpp gives the place of what comes next.
        node.line = parent.pending.key_line;
        node.column = parent.pending.key_column;
      }
      node.key = std::move(parent.pending.key);
      node.key_line = parent.pending.key_line;
      node.key_column = parent.pending.key_column;
      parent.has_key = false;
    }
    parent.node.children.push_back(std::move(node));
  }

  void refuse_duplicates(const Node& map) const {
    std::vector<std::size_t> order(map.children.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return map.children[a].key < map.children[b].key;
    });
    const auto repeated = std::adjacent_find(
        order.begin(), order.end(),
        [&](std::size_t a, std::size_t b) { return map.children[a].key == map.children[b].key; });
    if (repeated == order.end()) return;
    const Node& first = map.children[*repeated];
    const Node& second = map.children[*(repeated + 1)];
    const std::string prefix = path();
    throw InputError({document_.file, second.key_line, second.key_column,
                      prefix + (prefix.empty() ? "" : ".") + quotable(second.key)},
                     fmt::format("duplicate key, first given in line {}", first.key_line));
  }

  Document& document_;
  MeteredText& text_;
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
  bool started_ = false;
};

}  // namespace

const Node* Node::member(std::string_view name) const {
  if (kind != Kind::map) return nullptr;
  for (const Node& child : children) {
    if (child.key == name) return &child;
  }
  return nullptr;
}

Node* Node::member(std::string_view name) {
  return const_cast<Node*>(static_cast<const Node*>(this)->member(name));
}

std::string Node::described() const {
  switch (kind) {
    case Kind::null:
      return "nothing";
    case Kind::scalar:
      return text.empty() ? "an empty string" : quotable(text);
    case Kind::sequence:
      return "a list";
    case Kind::map:
      // {i} without quotes is YAML for a mapping of "i" to nothing.
      if (children.size() == 1 && children[0].key.substr(0, 1) == "i" &&
          children[0].kind == Kind::null) {
        return fmt::format("a mapping; write \"{{{}}}\", with quotes", quotable(children[0].key));
      }
      return "a mapping";
  }
  return {};
}

Location Document::locate(const Node& node, std::string path) const {
  if (node.overridden) return {"--set", 0, 0, std::move(path)};
  return {file, node.line, node.column, std::move(path)};
}

Document parse_document(std::string_view text, std::string file) {
  Document document;
  document.file = std::move(file);
  document.folder = std::filesystem::path(document.file).parent_path().string();
  if (text.size() > max_document_bytes) {
    throw InputError({document.file, 0, 0, {}}, "larger than 16MiB, which no platform is");
  }
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    throw InputError({document.file, 1, 1, {}},
                     "expected plain UTF-8, got a byte order mark first");
  }
  if (const auto flaw = find_text_flaw(text)) {
    throw InputError({document.file, flaw->line, flaw->column, {}}, flaw->problem);
  }
  MeteredText metered(text, document.file);
  std::istream stream(&metered);
  try {
    TreeBuilder builder(document, metered);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const bool known = !error.mark.is_null();
    throw InputError(
        {document.file, known ? error.mark.line + 1 : 0, known ? error.mark.column + 1 : 0, {}},
        "not YAML: " + quotable(error.msg, 120));
  }
  return document;
}

Document read_document(const std::string& file) {
  const Location here{file, 0, 0, {}};
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) throw InputError(here, "no such file");
  const std::string kind = traffic::irregular_kind(file);
  if (!kind.empty()) throw InputError(here, "expected a regular file, got " + kind);
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) throw InputError(here, "cannot be read: " + error.message());
  if (size > max_document_bytes) {
    throw InputError(here, fmt::format("is {} bytes; a platform is at most 16MiB", size));
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!stream.read(text.data(), static_cast<std::streamsize>(size))) {
    throw InputError(here, std::string("cannot be read: ") + std::strerror(errno));
  }
  return parse_document(text, file);
}

}  // namespace cxlpool::platforms
