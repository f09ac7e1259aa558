// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <nlohmann/json.hpp>

#include "platforms/conform/conform.h"
#include "platforms/input_error.h"

namespace cxlpool::platforms {
namespace {

using nlohmann::json;

constexpr std::size_t longest_cell = 160;

std::string base_name(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? file : file.substr(slash + 1);
}

std::string remark(const FileReport& file) {
  if (!file.readable()) return file.error;
  if (file.tally.differences.empty()) return "-";
  const Difference& first = file.tally.differences.front();
  std::string text =
      fmt::format("{}: expected {}, got {}", first.path, quotable(first.expected, longest_cell),
                  quotable(first.got, longest_cell));
  if (file.tally.difference_count > 1) {
    text += fmt::format(" (and {} more)", file.tally.difference_count - 1);
  }
  return text;
}

std::string table(const ConformReport& report) {
  std::size_t width = 5;
  for (const FileReport& file : report.files) {
    width = std::max(width, base_name(file.file).size());
  }
  const auto row = [&](const std::string& name, const auto& steps, const auto& passed,
                       const auto& sockets, const std::string& first) {
    return fmt::format("{:<{}}  {:>8}  {:>8}  {:>8}  {}\n", name, width, steps, passed, sockets,
                       first);
  };
  std::string text = row("file", "steps", "passed", "sockets", "first difference");
  std::size_t unreadable = 0;
  for (const FileReport& file : report.files) {
    const Tally& tally = file.tally;
    unreadable += !file.readable();
    text +=
        row(base_name(file.file), tally.steps, tally.passed, tally.through_sockets, remark(file));
  }
  const Tally total = report.total();
  text +=
      row("total", total.steps, total.passed, total.through_sockets,
          fmt::format("{} differences in {} files{}", total.difference_count, report.files.size(),
                      unreadable ? fmt::format(", {} unreadable", unreadable) : ""));
  return text;
}

json in_json(const Tally& tally) {
  json differences = json::array();
  for (const Difference& each : tally.differences) {
    differences.push_back({{"path", each.path}, {"expected", each.expected}, {"got", each.got}});
  }
  return {{"steps", tally.steps},
          {"passed", tally.passed},
          {"through_sockets", tally.through_sockets},
          {"difference_count", tally.difference_count},
          {"differences", std::move(differences)}};
}

json in_json(const FileReport& file) {
  json object = in_json(file.tally);
  object["file"] = file.file;
  if (file.readable()) {
    object["format"] = file.format;
  } else {
    object["error"] = file.error;
  }
  return object;
}

}  // namespace

std::string ConformReport::text() const {
  if (!json) return table(*this);
  nlohmann::json object;
  object["files"] = nlohmann::json::array();
  for (const FileReport& file : files) object["files"].push_back(in_json(file));
  object["total"] = in_json(total());
  object["total"].erase("differences");
  object["exit_status"] = exit_status();
  // File names and messages may hold any bytes.
  return object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace cxlpool::platforms
