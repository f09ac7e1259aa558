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
  paced,    ///< by the clock, as Mess does: 256 lines in flight at most
  mlc,      ///< 16 threads with delays, beside a thread that measures, as Intel's MLC does
  closed,   ///< 24 threads that wait for their answers, as cxlbench does
  poisson,  ///< open loop, at random times, whatever has come back
  fixed,    ///< open loop, at fixed times
};

struct Mix {
  Pattern pattern = Pattern::random;
  unsigned read_percent = 100;
  std::uint32_t size = 64;
};

/// The columns `pattern` and `read_percent` of a published figure.
Mix mix_of(const ReferenceRow& row);

/// With as many in flight as the injector has for so many devices, and nothing in between.
Load saturating(Injector injector, const Mix& mix, unsigned devices = 1);
/// The same for long enough that the drawn share of reads, which peaks depend on, is the asked one.
Load peaking(Injector injector, const Mix& mix, unsigned devices = 1);
/// At this offered rate.
Load offering(Injector injector, const Mix& mix, unsigned devices, double gb_per_second);

}  // namespace cxlpool::validation
