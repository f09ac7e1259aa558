// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/validate/bench.h"
#include "platforms/validate/reference.h"
#include "platforms/validate/table.h"

/// The tables of `cxlpool validate`, one file each. Each runs what it needs, process by process.
namespace cxlpool::validation {

Table link_peaks();
Table device_peaks();
Table idle_latencies();
/// Each family from what others have published, not from its own figure.
Table left_out_families();
Table loaded_latencies();
Table interleave();
Table contention();

/// How the load of a published curve, or of a user's case, is injected.
enum class Injector {
  paced,  ///< by the clock, as Mess does: 256 lines in flight at most
  mlc,    ///< 16 threads that think between accesses, as Intel's MLC does
  open,   ///< at random times, whatever has come back
};

/// With as many in flight as the injector allows and nothing in between.
Load saturating(Injector injector, Pattern pattern, unsigned read_percent);
/// At this offered rate.
Load offering(Injector injector, Pattern pattern, unsigned read_percent, double gb_per_second);

}  // namespace cxlpool::validation
