// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "platforms/document.h"
#include "platforms/input_error.h"
#include "platforms/names.h"
#include "platforms/scalar.h"
#include "platforms/section.h"
#include "traffic/nearest.h"

namespace cxlpool::platforms {

/// Things that a platform may have after repetition. Bounds what a small file can ask for.
inline constexpr std::size_t max_entries = 65'536;

/// A place in a document, with the way that led there and the copy of a repeated entry that is
/// being read: reads the node as a value of some type, or throws an InputError that says where.
/// Refers to the document and to the cursor it was made from, which must outlive it.
class Cursor {
 public:
  /// At the root. `entries` counts what has been read, over all cursors of one reading.
  Cursor(const Document& document, std::size_t& entries)
      : document_(&document), entries_(&entries), node_(&document.root) {}

  Cursor member(const Node& member) const;
  Cursor item(std::size_t index) const;
  /// The same node as copy `index` of a repeated entry.
  Cursor copy(std::uint64_t index) const;

  const Node& node() const { return *node_; }
  const Document& document() const { return *document_; }
  Location location() const;
  [[noreturn]] void fail(const std::string& message) const;

  /// Fails unless this is a mapping of known keys with none of the required ones missing.
  void expect_section(const Section& section) const;
  /// Items of a list, of which there may be at most `most`.
  std::size_t expect_list(std::size_t most = max_entries) const;
  /// Counts one more entry towards max_entries.
  void count_entry() const;
  /// The value of `repeat` in this mapping; nothing when there is none.
  std::optional<std::uint64_t> repeat() const;

  std::string text(std::size_t most = 256) const;
  /// A path, relative to the folder of the file; one that --set gave stays as it is.
  std::string path() const;
  bool boolean() const { return get(parse_boolean); }
  std::uint64_t integer(std::uint64_t least = 0, std::uint64_t most = UINT64_MAX) const;
  std::uint64_t size(std::uint64_t least = 0, std::uint64_t most = UINT64_MAX) const;
  /// An integer that fits 32 bits; what is allowed of them is for validate() to say.
  unsigned count() const { return static_cast<unsigned>(integer(0, UINT32_MAX)); }
  /// The same of a size.
  std::uint32_t granularity() const { return static_cast<std::uint32_t>(size(0, UINT32_MAX)); }
  timing::Picoseconds duration() const { return get(parse_duration); }
  /// Bytes a second, from min_bandwidth to max_bandwidth.
  std::uint64_t bandwidth() const;
  unsigned percent() const { return get(parse_percent); }
  std::uint64_t hundredths(std::uint64_t most) const;

  template <class T, std::size_t n>
  T word(const std::array<Word<T>, n>& words) const {
    const std::string got = scalar();
    std::vector<std::string_view> names;
    for (const Word<T>& word : words) {
      if (word.name == got) return word.value;
      names.push_back(word.name);
    }
    fail_word(got, names);
  }

  [[noreturn]] void fail_word(const std::string& got,
                              const std::vector<std::string_view>& names) const;

 private:
  std::string path_text() const;
  /// The scalar after substitution; of anything else a description that no grammar accepts.
  std::string scalar() const;

  template <class T>
  T get(Parsed<T> (*parse)(std::string_view)) const {
    const Parsed<T> parsed = parse(scalar());
    if (!parsed) fail(parsed.problem());
    return *parsed;
  }

  const Document* document_;
  std::size_t* entries_;
  const Node* node_;
  const Cursor* parent_ = nullptr;
  std::optional<std::size_t> item_;    ///< index in the parent's list
  std::optional<std::uint64_t> copy_;  ///< of the innermost repeated entry around
  bool is_copy_ = false;               ///< this cursor is that entry
};

}  // namespace cxlpool::platforms
