// SPDX-License-Identifier: Apache-2.0
#include "platforms/document_path.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "platforms/input_error.h"
#include "platforms/scalar.h"
#include "traffic/nearest.h"

namespace cxlpool::platforms {
namespace {

struct Step {
  std::string_view text;
  bool item = false;  ///< [text]: the number or the name of an entry; otherwise a key
};

/// Nothing when `path` is not made of keys, dots and brackets.
std::optional<std::vector<Step>> split(std::string_view path) {
  std::vector<Step> steps;
  while (!path.empty()) {
    Step step;
    if (path.front() == '[') {
      const std::size_t close = path.find(']');
      if (steps.empty() || close == path.npos || close == 1) return std::nullopt;
      step = {path.substr(1, close - 1), true};
      path.remove_prefix(close + 1);
    } else {
      if (!steps.empty()) {
        if (path.front() != '.') return std::nullopt;
        path.remove_prefix(1);
      }
      const std::size_t end = std::min(path.find_first_of(".["), path.size());
      if (end == 0) return std::nullopt;
      step = {path.substr(0, end), false};
      path.remove_prefix(end);
    }
    steps.push_back(step);
  }
  if (steps.empty()) return std::nullopt;
  return steps;
}

/// Walks a path through the tree and through what the file may say, side by side.
class Override {
 public:
  Override(Document& document, const Section& root, std::string_view path)
      : path_(path), node_(&document.root), section_(&root) {}

  Node& walk() {
    const auto steps = split(path_);
    if (!steps) fail("expected PATH=VALUE such as devices[mem0].volatile=4GiB");
    for (const Step& step : *steps) {
      if (step.item) {
        enter_item(step.text);
      } else {
        enter_key(step.text);
      }
    }
    return *node_;
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw InputError({"--set", 0, 0, quotable(path_, 120)}, message);
  }

 private:
  void enter_key(std::string_view name) {
    if (section_ == nullptr || list_) {
      fail(fmt::format("{} has no keys{}", before(name), list_ ? "; name an entry as [0]" : ""));
    }
    const Key* key = section_->find(name);
    if (key == nullptr) {
      fail(fmt::format("unknown key \"{}\"{}", quotable(name),
                       traffic::did_you_mean(name, section_->names())));
    }
    if (node_->kind == Node::Kind::null) node_->kind = Node::Kind::map;
    if (node_->kind != Node::Kind::map) {
      fail(fmt::format("{} is {}, which has no keys", before(name), node_->described()));
    }
    if (Node* member = node_->member(name)) {
      node_ = member;
    } else {
      Node added;
      added.overridden = true;
      added.key = name;
      node_->children.push_back(std::move(added));
      node_ = &node_->children.back();
    }
    section_ = key->section;
    list_ = key->list;
  }

  void enter_item(std::string_view item) {
    if (!list_ || node_->kind != Node::Kind::sequence) {
      fail(fmt::format("{} is {}, not a list", before(item), node_->described()));
    }
    list_ = false;
    std::vector<Node>& items = node_->children;
    const Parsed<std::uint64_t> number = parse_integer(item);
    if (number) {
      if (*number >= items.size()) {
        fail(fmt::format("{} has {} entries, numbered from 0", before(item), items.size()));
      }
      node_ = &items[*number];
      return;
    }
    std::vector<std::string_view> names;
    for (Node& candidate : items) {
      const Node* name = candidate.member("name");
      if (name == nullptr) continue;
      if (name->text == item) {
        node_ = &candidate;
        return;
      }
      names.push_back(name->text);
    }
    const std::string hint = names.empty() ? "; use a number" : traffic::did_you_mean(item, names);
    fail(fmt::format("no entry is named \"{}\"{}", quotable(item), hint));
  }

  /// The path up to `step`, which is part of it.
  std::string before(std::string_view step) const {
    std::string_view head = path_.substr(0, static_cast<std::size_t>(step.data() - path_.data()));
    if (!head.empty()) head.remove_suffix(1);
    return quotable(head, 120);
  }

  std::string_view path_;
  Node* node_;
  const Section* section_;
  bool list_ = false;
};

void mark_overridden(Node& node) {
  node.overridden = true;
  for (Node& child : node.children) mark_overridden(child);
}

}  // namespace

const Node& deepest(const Document& document, std::string_view path) {
  const Node* node = &document.root;
  const auto steps = split(path);
  if (!steps) return *node;
  for (const Step& step : *steps) {
    const Node* next = nullptr;
    if (!step.item) {
      next = node->member(step.text);
    } else if (node->kind == Node::Kind::sequence) {
      const Parsed<std::uint64_t> number = parse_integer(step.text.substr(0, step.text.find(',')));
      if (number && *number < node->children.size()) next = &node->children[*number];
    }
    if (next == nullptr) break;
    node = next;
  }
  return *node;
}

void apply_set(Document& document, std::string_view assignment, const Section& root) {
  const std::size_t equals = std::min(assignment.find('='), assignment.size());
  Override target(document, root, assignment.substr(0, equals));
  if (equals == assignment.size()) {
    target.fail("expected PATH=VALUE such as devices[mem0].volatile=4GiB");
  }
  Node value;
  try {
    value = parse_document(assignment.substr(equals + 1), "--set").root;
  } catch (const InputError& error) {
    target.fail(error.message());
  }
  mark_overridden(value);
  Node& node = target.walk();
  value.key = node.key;
  node = std::move(value);
}

}  // namespace cxlpool::platforms
