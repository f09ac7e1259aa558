// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "traffic/traces/error.h"
#include "traffic/traces/record.h"

namespace cxlpool::traffic {

/// Reads a trace from its beginning to its end, record by record, in bounded memory whatever the
/// file's size. After an exception a reader is good for nothing but position() and destruction.
class TraceReader {
 public:
  virtual ~TraceReader() = default;

  /// Fills `record` and returns true, or returns false at the end of a complete trace. Throws
  /// TraceError for anything else: no trace is ever cut short in silence.
  virtual bool next(TraceRecord& record) = 0;

  virtual TraceKind kind() const { return TraceKind::access; }

  /// Where the last record stood, as messages say it: "t.csv:17" or "t.cxt: record 3, byte 120".
  virtual std::string position() const = 0;
};

}  // namespace cxlpool::traffic
