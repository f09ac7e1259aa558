// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platforms/validate/reference.h"

namespace cxlpool::validation {

/// Whether the model's constants were chosen with this figure in sight.
enum class Role { fitted, predicted };

Role role_from(const std::string& text);
constexpr const char* name_of(Role role) { return role == Role::fitted ? "fitted" : "predicted"; }

/// One published figure and the model's.
struct Row {
  std::string name;
  std::string unit;
  Role role = Role::predicted;
  double published = 0;
  double model = 0;
  std::string source;
  double tolerance = 0;  ///< percent; 0: none is asked for

  double error_percent() const { return 100 * (model - published) / published; }
  bool within() const;
};

/// With the name, role, figure and source of `published`, beside what the model gives.
Row row_of(const ReferenceRow& published, std::string unit, double model, double tolerance);

/// A loaded-latency curve: published latencies, and the model's at the same bandwidths.
struct CurvePoint {
  double bandwidth = 0;  ///< GB/s
  double published = 0;  ///< ns
  double model = 0;      ///< ns
};

struct Curve {
  std::string name;
  Role role = Role::predicted;
  std::string source;
  double tolerance = 0;  ///< percent, of the mean; 0: none is asked for
  std::vector<CurvePoint> points;

  /// Of the latencies, percent.
  double mean_absolute_error() const;
  bool within() const;
  /// Bandwidth of the last point, GB/s.
  double highest() const { return points.empty() ? 0 : points.back().bandwidth; }
};

struct Table {
  std::string id;     ///< for programs
  std::string title;  ///< for people
  std::vector<std::string> notes;
  std::vector<Row> rows;
  std::vector<Curve> curves;
};

}  // namespace cxlpool::validation
