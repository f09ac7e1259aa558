// SPDX-License-Identifier: Apache-2.0
#include "platforms/validate/report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace cxlpool::validation {
namespace {

using Cells = std::vector<std::string>;
using Lines = std::vector<Cells>;  // the first is the head

std::string aligned(const Lines& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const Cells& cells : lines) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const Cells& cells : lines) {
    text += fmt::format("  {:<{}}", cells[0], widths[0]);
    for (std::size_t i = 1; i < cells.size(); ++i)
      text += fmt::format("  {:>{}}", cells[i], widths[i]);
    text += '\n';
  }
  return text;
}

std::string piped(const Lines& lines) {
  std::string text;
  for (const Cells& cells : lines) {
    for (const std::string& cell : cells) text += "| " + cell + " ";
    text += "|\n";
    if (&cells == &lines.front()) {
      for (std::size_t i = 0; i < cells.size(); ++i) text += i == 0 ? "|---" : "|---:";
      text += "|\n";
    }
  }
  return text;
}

/// Nanoseconds and percents to a tenth, gigabytes a second to a hundredth.
std::string figure(double value, const std::string& unit) {
  return fmt::format("{:.{}f}", value, unit == "GB/s" ? 2 : 1);
}

std::string error_of(double percent, bool is_signed, bool within) {
  std::string text = fmt::format("{:.1f}", std::abs(percent));
  if (is_signed && text != "0.0") text.insert(0, percent < 0 ? "-" : "+");
  return text + (within ? " %" : " % !");
}

std::string asked_of(double tolerance) {
  return tolerance == 0 ? "" : fmt::format("{:.0f} %", tolerance);
}

Lines lines_of(const std::vector<Row>& rows, bool with_sources) {
  Lines lines{{"", "unit", "published", "model", "error", "asked", "model's is"}};
  if (with_sources) lines.front().push_back("source");
  for (const Row& row : rows) {
    lines.push_back({row.name, row.unit, figure(row.published, row.unit),
                     figure(row.model, row.unit), error_of(row.error_percent(), true, row.within()),
                     asked_of(row.tolerance), name_of(row.role)});
    if (with_sources) lines.back().push_back(row.source);
  }
  return lines;
}

Lines lines_of(const std::vector<Curve>& curves) {
  Lines lines{{"", "up to GB/s", "points", "mean absolute error", "asked", "model's is"}};
  for (const Curve& curve : curves) {
    lines.push_back({curve.name, fmt::format("{:.2f}", curve.highest()),
                     fmt::format("{}", curve.points.size()),
                     error_of(curve.mean_absolute_error(), false, curve.within()),
                     asked_of(curve.tolerance), name_of(curve.role)});
  }
  return lines;
}

/// Bandwidths across, published and modelled latencies below each other.
Lines lines_of(const Curve& curve) {
  Lines lines{{"GB/s"}, {"published ns"}, {"model ns"}};
  for (const CurvePoint& point : curve.points) {
    lines[0].push_back(fmt::format("{:.1f}", point.bandwidth));
    lines[1].push_back(fmt::format("{:.0f}", point.published));
    lines[2].push_back(fmt::format("{:.0f}", point.model));
  }
  return lines;
}

Lines lines_of(const CaseResult& result) {
  Lines lines{{"offered GB/s", "GB/s", "read ns", "write ns"}};
  const auto point = [&](const std::string& offered, const Measurement& measured) {
    lines.push_back(
        {offered, fmt::format("{:.2f}", measured.bandwidth),
         fmt::format("{:.1f}", measured.latency),
         measured.write_latency > 0 ? fmt::format("{:.1f}", measured.write_latency) : ""});
  };
  for (const CaseResult::Point& at : result.points) {
    point(fmt::format("{:.2f}", at.offered), at.measured);
  }
  return lines;
}

std::string head(const CaseResult& result) {
  return fmt::format("{}: {} % reads, idle {:.1f} ns, peak {:.2f} GB/s at {:.1f} ns, predicted",
                     result.asked.text, result.asked.read_percent, result.idle_latency, result.peak,
                     result.peak_latency);
}

/// One sentence for the end: what was asked for, and what does not keep it.
std::string verdict(const std::vector<Table>& tables) {
  unsigned asked = 0, kept = 0;
  for (const Table& table : tables) {
    const auto count = [&](double tolerance, bool within) {
      asked += tolerance != 0;
      kept += tolerance != 0 && within;
    };
    for (const Row& row : table.rows) count(row.tolerance, row.within());
    for (const Curve& curve : table.curves) count(curve.tolerance, curve.within());
  }
  return fmt::format("{} of {} figures and curves are within what is asked of them{}\n", kept,
                     asked, kept == asked ? "" : "; the others are marked with !");
}

constexpr const char* preface = R"(# Accuracy

Published measurements beside the model's, as

    build/cxlpool validate --markdown > docs/accuracy.md

prints them; `cxlpool validate` prints the same as plain text, with `--json` for programs. `fitted` says that a constant of the model was chosen with this figure in sight, `predicted` that none was. `asked` is the largest error that is accepted, empty where nothing is asked; `!` marks what is outside. The constants are in [platforms/catalog/devices](../platforms/catalog/devices), each with its source. [How the figures are taken](modules/validate.md).

)";

}  // namespace

std::string to_text(const std::vector<Table>& tables) {
  std::string text;
  for (const Table& table : tables) {
    text += table.title + "\n";
    if (!table.rows.empty()) text += aligned(lines_of(table.rows, false));
    if (!table.curves.empty()) text += aligned(lines_of(table.curves));
    for (const Curve& curve : table.curves) {
      text += "  " + curve.name + "\n" + aligned(lines_of(curve));
    }
    text += '\n';
  }
  return text + verdict(tables);
}

std::string to_markdown(const std::vector<Table>& tables) {
  std::string text = preface;
  for (const Table& table : tables) {
    text += "## " + table.title + "\n\n";
    for (const std::string& note : table.notes) text += note + "\n\n";
    if (!table.rows.empty()) text += piped(lines_of(table.rows, true)) + "\n";
    if (!table.curves.empty()) text += piped(lines_of(table.curves)) + "\n";
    for (const Curve& curve : table.curves) {
      text += fmt::format("### {}\n\n{}\nSource: {}\n\n", curve.name, piped(lines_of(curve)),
                          curve.source);
    }
  }
  return text + verdict(tables);
}

nlohmann::json to_json(const std::vector<Table>& tables) {
  nlohmann::json all = nlohmann::json::object();
  for (const Table& table : tables) {
    nlohmann::json rows = nlohmann::json::array();
    for (const Row& row : table.rows) {
      rows.push_back({{"name", row.name},
                      {"unit", row.unit},
                      {"role", name_of(row.role)},
                      {"published", row.published},
                      {"model", row.model},
                      {"error_percent", row.error_percent()},
                      {"source", row.source}});
      if (row.tolerance != 0) {
        rows.back()["tolerance_percent"] = row.tolerance;
        rows.back()["within"] = row.within();
      }
    }
    nlohmann::json curves = nlohmann::json::array();
    for (const Curve& curve : table.curves) {
      nlohmann::json points = nlohmann::json::array();
      for (const CurvePoint& point : curve.points) {
        points.push_back({{"bandwidth_GBps", point.bandwidth},
                          {"published_ns", point.published},
                          {"model_ns", point.model}});
      }
      curves.push_back({{"name", curve.name},
                        {"role", name_of(curve.role)},
                        {"source", curve.source},
                        {"highest_GBps", curve.highest()},
                        {"mean_absolute_error_percent", curve.mean_absolute_error()},
                        {"tolerance_percent", curve.tolerance},
                        {"within", curve.within()},
                        {"points", points}});
    }
    all[table.id] = {{"title", table.title}, {"notes", table.notes}, {"rows", rows}};
    if (!table.curves.empty()) all[table.id]["curves"] = curves;
  }
  return all;
}

std::string to_text(const CaseResult& result) {
  return head(result) + "\n" + aligned(lines_of(result));
}

std::string to_markdown(const CaseResult& result) {
  return head(result) + "\n\n" + piped(lines_of(result));
}

nlohmann::json to_json(const CaseResult& result) {
  nlohmann::json points = nlohmann::json::array();
  for (const CaseResult::Point& point : result.points) {
    points.push_back({{"offered_GBps", point.offered},
                      {"bandwidth_GBps", point.measured.bandwidth},
                      {"latency_ns", point.measured.latency},
                      {"write_latency_ns", point.measured.write_latency}});
  }
  return {{"case", result.asked.text},
          {"read_percent", result.asked.read_percent},
          {"role", name_of(Role::predicted)},
          {"idle_latency_ns", result.idle_latency},
          {"peak_GBps", result.peak},
          {"peak_latency_ns", result.peak_latency},
          {"points", points}};
}

}  // namespace cxlpool::validation
