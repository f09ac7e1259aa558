// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>

#include "traffic/traces/reader.h"

namespace cxlpool::traffic {

/// Writes all that `reader` still gives as CSV that CsvTraceReader reads back to the same records,
/// and returns their number. Columns op, address, size, host, byte_enables, and for a request trace
/// status, device, dpa, and for a timed one issued_ps, answered_ps. Throws what the reader throws,
/// and TraceError when `out` fails.
std::uint64_t write_csv(TraceReader& reader, std::ostream& out);

}  // namespace cxlpool::traffic
