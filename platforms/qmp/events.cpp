// SPDX-License-Identifier: Apache-2.0
#include "platforms/qmp/events.h"

#include <utility>

namespace cxlpool::qmp {
namespace {

using nlohmann::json;

constexpr timing::Picoseconds ps_per_us = 1'000 * timing::ps_per_ns;
constexpr timing::Picoseconds ps_per_s = 1'000'000 * ps_per_us;

const char* event_name(CapacityChange::Kind kind) {
  switch (kind) {
    case CapacityChange::Kind::offered:
      return "CXLPOOL_CAPACITY_OFFERED";
    case CapacityChange::Kind::accepted:
      return "CXLPOOL_CAPACITY_ACCEPTED";
    case CapacityChange::Kind::declined:
      return "CXLPOOL_CAPACITY_DECLINED";
    case CapacityChange::Kind::release_requested:
      return "CXLPOOL_CAPACITY_RELEASE_REQUESTED";
    case CapacityChange::Kind::released:
      return "CXLPOOL_CAPACITY_RELEASED";
    case CapacityChange::Kind::removed:
      return "CXLPOOL_CAPACITY_REMOVED";
  }
  return "CXLPOOL_CAPACITY";
}

}  // namespace

json make_event(const std::string& name, json data, timing::Picoseconds now) {
  return {
      {"event", name},
      {"data", std::move(data)},
      {"timestamp", {{"seconds", now / ps_per_s}, {"microseconds", now % ps_per_s / ps_per_us}}}};
}

json capacity_event(const CapacityChange& change, timing::Picoseconds now) {
  json data = {{"device", change.device},
               {"host-id", change.host_id},
               {"region", change.region},
               {"dpa", change.dpa},
               {"len", change.len}};
  if (!change.tag.empty()) data["tag"] = change.tag;
  return make_event(event_name(change.kind), std::move(data), now);
}

json error_event(const ErrorReport& report, timing::Picoseconds now) {
  const bool is_correctable = report.message == address::ErrorMessage::correctable;
  // Whatever it is in CXL terms, to PCIe it is an internal error of the component.
  return make_event("CXLPOOL_ERROR_MESSAGE",
                    {{"device", report.device},
                     {"message", address::name(report.message)},
                     {"aer", is_correctable ? "correctable-internal" : "uncorrectable-internal"},
                     {"error", report.error}},
                    now);
}

const char* to_string(ReleaseState state) {
  switch (state) {
    case ReleaseState::pending:
      return "pending";
    case ReleaseState::accepted:
      return "accepted";
    case ReleaseState::release_requested:
      return "release-requested";
    case ReleaseState::not_found:
      return "not-found";
  }
  return "not-found";
}

}  // namespace cxlpool::qmp
