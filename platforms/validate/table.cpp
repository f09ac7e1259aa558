// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/table.h"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace cxlpool::validation {

Role role_from(const std::string& text) {
  if (text == "fitted") return Role::fitted;
  if (text == "predicted") return Role::predicted;
  throw std::logic_error("a figure is fitted or predicted, not " + text);
}

Row row_of(const ReferenceRow& published, std::string unit, double model, double tolerance) {
  return {published.text("name"),
          std::move(unit),
          role_from(published.text("role")),
          published.number("published"),
          model,
          published.text("source"),
          tolerance};
}

bool Row::within() const { return tolerance == 0 || std::abs(error_percent()) <= tolerance; }

double Curve::mean_absolute_error() const {
  double sum = 0;
  for (const CurvePoint& point : points) {
    sum += std::abs(point.model - point.published) / point.published;
  }
  return points.empty() ? 0 : 100 * sum / static_cast<double>(points.size());
}

bool Curve::within() const { return tolerance == 0 || mean_absolute_error() <= tolerance; }

}  // namespace cxlpool::validation
