// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Published figures, as rows of the csv files in platforms/validate/data, which the build puts
/// into this library.
namespace cxlpool::validation {

struct ReferenceDocument {
  std::string_view name;  ///< file name without extension
  std::string_view text;
};

/// All there are, by name.
const std::vector<ReferenceDocument>& reference_documents();

/// One row. Asking for a column that is not there, or a number that is none, throws
/// std::logic_error: the files are part of the program.
class ReferenceRow {
 public:
  using Cells = std::vector<std::pair<std::string, std::string>>;
  explicit ReferenceRow(Cells cells) : cells_(std::move(cells)) {}

  const std::string& text(std::string_view column) const;
  double number(std::string_view column) const;
  unsigned count(std::string_view column) const {
    return static_cast<unsigned>(number(column) + 0.5);
  }

 private:
  Cells cells_;
};

std::vector<ReferenceRow> reference_rows(std::string_view document);

}  // namespace cxlpool::validation
