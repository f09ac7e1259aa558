// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "traffic/traces/reader.h"

namespace cxlpool::traffic {

struct TraceOptions {
  bool instructions = false;  ///< lackey: instruction fetches become reads
};

/// The formats that open_trace() knows: binary, csv, lackey, ramulator2, stl.
std::vector<std::string> trace_formats();

/// Opens a trace, zstd-compressed or plain, in the format of that name, or, when `format` is empty,
/// in the one that its first bytes show; the file's name plays no part. Throws TraceError for an
/// unknown format, a file that cannot be read, and content that is no trace.
std::unique_ptr<TraceReader> open_trace(const std::string& path, const std::string& format = {},
                                        const TraceOptions& options = {});

}  // namespace cxlpool::traffic
