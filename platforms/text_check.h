// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cxlpool::platforms {

struct TextFlaw {
  int line = 0;    ///< from 1
  int column = 0;  ///< from 1, in bytes
  std::string problem;
};

/// The first byte, if any, that makes `text` something else than UTF-8 text: a control character
/// (yaml-cpp takes byte 4 for the end of the file) or a malformed sequence.
std::optional<TextFlaw> find_text_flaw(std::string_view text);

bool has_control_character(std::string_view text);

/// `text` with everything that is not printable UTF-8 as \xNN, so that hostile bytes do not reach a
/// terminal. Line ends stay if `keep_lines`.
std::string printable(std::string_view text, bool keep_lines = false);

}  // namespace cxlpool::platforms
