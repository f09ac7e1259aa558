// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/description.h"

namespace cxlpool::platforms {

/// One node of a YAML file, as written: scalars stay text until somebody knows what they mean.
struct Node {
  enum class Kind : std::uint8_t { null, scalar, sequence, map };

  Kind kind = Kind::null;
  bool overridden = false;  ///< comes from --set, not from the file
  bool quoted = false;      ///< of a scalar
  int line = 0;             ///< from 1
  int column = 0;           ///< from 1
  std::string key;          ///< of a map's member
  int key_line = 0;
  int key_column = 0;
  std::string text;            ///< of a scalar
  std::vector<Node> children;  ///< items, or members in the order of the file

  const Node* member(std::string_view name) const;
  Node* member(std::string_view name);
  /// `a mapping`, `a list`, `nothing`, or the scalar's text, for messages.
  std::string described() const;
};

/// A parsed YAML file. Made from a subset of YAML that cannot surprise: one document of UTF-8
/// text, no anchors, aliases, tags or merge keys, no duplicate keys, bounded depth and size.
struct Document {
  std::string file;    ///< as given, for messages
  std::string folder;  ///< what relative paths in the file are relative to
  Node root;

  Location locate(const Node& node, std::string path) const;
};

inline constexpr std::size_t max_document_bytes = 16u << 20;

/// Throws InputError.
Document parse_document(std::string_view text, std::string file);

/// Reads the file, unless it is larger than max_document_bytes or not a plain file.
Document read_document(const std::string& file);

}  // namespace cxlpool::platforms
