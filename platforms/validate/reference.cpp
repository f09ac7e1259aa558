// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/reference.h"

#include <stdexcept>

namespace cxlpool::validation {
namespace {

/// Quotes keep commas together; no cell spans lines.
std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

}  // namespace

const std::string& ReferenceRow::text(std::string_view column) const {
  for (const auto& [name, cell] : cells_) {
    if (name == column) return cell;
  }
  throw std::logic_error("published figures have no column " + std::string(column));
}

double ReferenceRow::number(std::string_view column) const {
  const std::string& cell = text(column);
  try {
    return std::stod(cell);
  } catch (const std::exception&) {
    throw std::logic_error(std::string(column) + ": not a number: " + cell);
  }
}

std::vector<ReferenceRow> reference_rows(std::string_view document) {
  for (const ReferenceDocument& known : reference_documents()) {
    if (known.name != document) continue;
    std::vector<ReferenceRow> rows;
    std::vector<std::string> heads;
    for (std::size_t begin = 0; begin < known.text.size();) {
      const std::size_t end = std::min(known.text.find('\n', begin), known.text.size());
      std::vector<std::string> cells = split(known.text.substr(begin, end - begin));
      begin = end + 1;
      if (heads.empty()) {
        heads = std::move(cells);
        continue;
      }
      if (cells.size() != heads.size()) {
        throw std::logic_error(std::string(document) + ": a row with too many or too few cells");
      }
      ReferenceRow::Cells named;
      for (std::size_t i = 0; i < cells.size(); ++i) named.emplace_back(heads[i], cells[i]);
      rows.emplace_back(std::move(named));
    }
    return rows;
  }
  throw std::logic_error("no published figures named " + std::string(document));
}

}  // namespace cxlpool::validation
