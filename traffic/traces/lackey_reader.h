// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic/traces/text_reader.h"

namespace cxlpool::traffic {

/// What `valgrind --tool=lackey --trace-mem=yes --log-file=FILE` writes: after a kind letter, a
/// hexadecimal virtual address without 0x and a decimal size.
///
///     I  0401ab70,3      instruction: skipped unless asked for, then a read
///      L 1fff000708,8    load
///      S 1fff000708,8    store
///      M 0421e1a8,4      load, then store: two records
///
/// valgrind's own lines ("==pid==", "--pid--", "**pid**") are ignored. Anything else is a
/// TraceError, such as output of the program itself; --log-file keeps it out.
class LackeyTraceReader : public TextTraceReader {
 public:
  LackeyTraceReader(ByteStream stream, bool instructions);

  bool next(TraceRecord& record) override;

 protected:
  Line parse(std::string_view line, TraceRecord& record) override;

 private:
  bool instructions_;
  bool store_pending_ = false;  ///< second half of an M line, otherwise as `modified_`
  TraceRecord modified_;
};

}  // namespace cxlpool::traffic
