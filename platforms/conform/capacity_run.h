// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/conform/capacity_file.h"
#include "platforms/conform/tally.h"
#include "platforms/conform/testbed_description.h"

namespace cxlpool::platforms {

/// Runs a dynamic-capacity file: its QMP commands through a session, its mailbox commands and
/// tunnels through the registers, its accesses through the sockets.
Tally run_capacity(const CapacityFile& file, const ConformOptions& options);

}  // namespace cxlpool::platforms
