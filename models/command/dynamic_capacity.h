// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/capacity/dynamic_capacity.h"
#include "models/command/dc_payloads.h"
#include "models/command/event_logs.h"

/// Dynamic capacity in a host's mailbox: the commands 4800h-4803h, and the events of the pool in
/// the host's dynamic-capacity log. All decisions are the pool's (`capacity::DynamicCapacity`);
/// here are the payloads and the return codes.
namespace cxlpool::command {

/// 4800h-4803h of `host` in its mailbox.
void add_dynamic_capacity(Cci& cci, capacity::DynamicCapacity& pool, capacity::HostId host);

/// What a `capacity::Listener` makes of a host's event: an informational record in that host's log.
DynamicCapacityEvent to_wire(const capacity::CapacityEvent& event);
void log_event(EventLogs& events, const capacity::CapacityEvent& event);

/// The return code of a refusal of the pool. `configuring`: of 5602h, where a bad region is 03h.
ReturnCode to_return_code(capacity::Refusal refusal, bool configuring = false);

ExtentRecord to_wire(const capacity::Extent& extent);
capacity::Extent from_wire(const ExtentRecord& record);
DcFigures figures(const capacity::DynamicCapacity& pool, capacity::HostId host);

}  // namespace cxlpool::command
