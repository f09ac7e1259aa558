// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "platforms/description_timing.h"

/// The timed parts of resolved_json(); for nobody else. They add their keys to those of the entry.
namespace cxlpool::platforms {

void add_profile(nlohmann::ordered_json& json, const std::string& profile);
void add_timing(nlohmann::ordered_json& json, const PhysicalLinkDescription& link);
void add_timing(nlohmann::ordered_json& json, const HostTimingDescription& host);
void add_timing(nlohmann::ordered_json& json, const SwitchTimingDescription& each);
void add_timing(nlohmann::ordered_json& json, const DeviceTimingDescription& device);
void add_timing(nlohmann::ordered_json& json, const InjectionDescription& injection);

}  // namespace cxlpool::platforms
