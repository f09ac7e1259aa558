// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cxlpool::traffic {

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
/// Only the first 64 characters of each count, so hostile input costs nothing.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate with the least edit distance from `word`, the first of several; empty when there
/// is none to choose from.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// `, did you mean "volatile"?`, or nothing when there are no candidates.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace cxlpool::traffic
