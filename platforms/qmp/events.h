// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "platforms/qmp/machine.h"

/// What clients are told without asking. The timestamp of an event is simulated time, so that the
/// same commands at the same times give the same bytes.
namespace cxlpool::qmp {

nlohmann::json make_event(const std::string& name, nlohmann::json data, timing::Picoseconds now);

/// CXLPOOL_CAPACITY_OFFERED, _ACCEPTED, _DECLINED, _RELEASE_REQUESTED, _RELEASED or _REMOVED.
nlohmann::json capacity_event(const CapacityChange& change, timing::Picoseconds now);

/// CXLPOOL_ERROR_MESSAGE.
nlohmann::json error_event(const ErrorReport& report, timing::Picoseconds now);

const char* to_string(ReleaseState state);

}  // namespace cxlpool::qmp
