// SPDX-License-Identifier: Apache-2.0
#include "platforms/conform/tally.h"

#include <algorithm>
#include <cstring>

#include <nlohmann/json.hpp>

namespace cxlpool::platforms {

using nlohmann::json;

void Tally::add(const Tally& other) {
  steps += other.steps;
  passed += other.passed;
  through_sockets += other.through_sockets;
  for (const Difference& difference : other.differences) {
    if (differences.size() < kept) differences.push_back(difference);
  }
  difference_count += other.difference_count;
}

std::string to_json(const Tally& tally) {
  json list = json::array();
  for (const Difference& each : tally.differences) {
    list.push_back({each.path, each.expected, each.got});
  }
  return json{tally.steps, tally.passed, tally.through_sockets, tally.difference_count, list}.dump(
      -1, ' ', false, json::error_handler_t::replace);
}

Tally tally_from_json(const std::string& text) {
  const json all = json::parse(text);
  Tally tally;
  tally.steps = all.at(0).get<std::uint64_t>();
  tally.passed = all.at(1).get<std::uint64_t>();
  tally.through_sockets = all.at(2).get<std::uint64_t>();
  tally.difference_count = all.at(3).get<std::uint64_t>();
  for (const json& each : all.at(4)) {
    tally.differences.push_back({each.at(0), each.at(1), each.at(2)});
  }
  return tally;
}

void Checker::begin(std::string_view where) {
  end_step();
  show(where);
  in_step_ = true;
  step_passed_ = true;
  ++tally_.steps;
}

void Checker::prepare(std::string_view where) {
  end_step();
  show(where);
}

Tally Checker::finish() {
  end_step();
  return tally_;
}

void Checker::end_step() {
  if (in_step_ && step_passed_) ++tally_.passed;
  in_step_ = false;
}

void Checker::show(std::string_view where) {
  const std::size_t length = std::min(where.size(), sizeof progress_.where - 1);
  std::memcpy(progress_.where, where.data(), length);
  progress_.where[length] = '\0';
}

}  // namespace cxlpool::platforms
