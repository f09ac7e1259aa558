// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic/traces/text_reader.h"

namespace cxlpool::traffic {

/// Ramulator 2's load/store traces: "LD ADDRESS" or "ST ADDRESS" a line, 0x-hexadecimal or decimal,
/// each an access to a line of 64 bytes. Blank lines are ignored. (Ramulator 2 itself issues loads
/// as writes and stores as reads; this reader goes by the words.)
class Ramulator2TraceReader : public TextTraceReader {
 public:
  using TextTraceReader::TextTraceReader;

 protected:
  Line parse(std::string_view line, TraceRecord& record) override;
};

}  // namespace cxlpool::traffic
