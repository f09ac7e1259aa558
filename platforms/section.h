// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

namespace cxlpool::platforms {

struct Section;

/// A key that a mapping of the platform file may have.
struct Key {
  enum class Presence : bool { optional, required };

  std::string_view name;
  Presence presence = Presence::optional;
  bool list = false;                 ///< the value may be a list
  const Section* section = nullptr;  ///< what the value, or each of the list, is; null for scalars
};

/// A kind of mapping in the platform file; its name is that of its JSON Schema definition.
struct Section {
  std::string_view name;
  std::vector<Key> keys;

  const Key* find(std::string_view key) const {
    for (const Key& known : keys) {
      if (known.name == key) return &known;
    }
    return nullptr;
  }

  std::vector<std::string_view> names() const {
    std::vector<std::string_view> all;
    for (const Key& known : keys) all.push_back(known.name);
    return all;
  }
};

/// The whole file; all other sections hang below it.
const Section& platform_section();

}  // namespace cxlpool::platforms
