// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "platforms/programming.h"

/// The topology as the host's `cxl list -v` (ndctl) prints it: keys, order and names are the
/// tool's, and a key is absent where the tool would not know the value. What its default hides is
/// not there: decoders of size 0, devices that are not plugged, regions that lack a target.
namespace cxlpool::platforms {

/// One host's array: the CXL bus with its ports, endpoints, memdevs, decoders and regions.
nlohmann::ordered_json list_host(Platform& platform, std::size_t host,
                                 const Programming& programming);

/// list_host() of the only host, or an object of such arrays by host name.
nlohmann::ordered_json list(Platform& platform, const Programming& programming);

}  // namespace cxlpool::platforms
